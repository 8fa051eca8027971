using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Controls;

/// <summary>What a cancel itself is told as, where no order's own update tells it. Saved with what it tells of, and announced from there.</summary>
public static class CancelUpdates
{
    /// <param name="symbol">Of the decision, where it is known.</param>
    public static async Task TellAsync(this ExecutionDb db, OrderCancel cancel, RejectionReason reason, string? symbol, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var account = await (
            from binding in db.Bindings
            where binding.GroupId == cancel.GroupId
            join a in db.Accounts on binding.AccountId equals a.Id
            select new { a.Id, a.Mode }).FirstOrDefaultAsync(cancellationToken);
        // An order of its own that never trades: the decision's own updates stay what they were.
        var order = OrderIds.Order(cancel.Id);
        var update = new OrderUpdate
        {
            Id = OrderIds.Update(order, OrderStatus.Rejected),
            OrderId = order,
            DecisionId = cancel.Id,
            GroupId = cancel.GroupId,
            GroupName = cancel.GroupName,
            AccountId = account?.Id ?? Guid.Empty,
            Mode = account?.Mode ?? Modes.Simulated,
            Status = OrderStatus.Rejected,
            Terminal = true,
            Symbol = symbol ?? "",
            Reason = reason,
            CorrelationId = cancel.CorrelationId ?? cancel.RequestId,
            CreatedAt = ControlStore.Micros(now),
            TraceParent = cancel.TraceParent,
        };
        db.OrderSteps.Add(
            new OrderStepRow { Id = update.Id, OrderId = order, AccountId = update.AccountId, Payload = DeskJson.Write(update), CreatedAt = ControlStore.Micros(now) });
    }
}
