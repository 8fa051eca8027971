using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;

namespace TradingSystem.Execution.Decisions;

/// <summary>An order that a venue's desk is to send, saved with the decision's order, and the first update of it.</summary>
public sealed record DeskIntent(DeskOrder Order, OrderStepRow Step)
{
    public static DeskIntent Of(TradeDecision decision, Order order, bool byCommand) => new(
        new DeskOrder
        {
            ClientId = order.ClientOrderId,
            OrderId = order.Id,
            DecisionId = order.DecisionId,
            AccountId = order.AccountId,
            GroupId = order.GroupId,
            Leg = DeskLegs.Entry,
            Symbol = order.Symbol,
            Type = DecisionCheck.IsLimit(decision) ? DeskTypes.Limit : DeskTypes.Market,
            ExpiresAt = DecisionCheck.IsLimit(decision) ? decision.ValidUntil : null,
            Closes = decision.Action == TradeAction.Close,
            Leverage = order.Leverage,
            ByCommand = byCommand,
            Decision = DeskJson.Write(decision),
            State = DeskStates.Pending,
            Steps = 1,
            CheckAt = order.CreatedAt,
            CreatedAt = order.CreatedAt,
            UpdatedAt = order.UpdatedAt,
        },
        DeskSteps.Of(order, OrderStatus.Accepted, terminal: false, occurrence: 1, order.CreatedAt));
}
