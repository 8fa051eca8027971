using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;

namespace TradingSystem.Execution.Desk;

/// <summary>Tells the order that opened a position what became of it: that legs stand, that a leg or somebody else has ended it.</summary>
internal sealed class EntryNews(DeskContext desk, OpenOrders open)
{
    /// <summary>Tells the entry of its position's end by a leg or by the way out.</summary>
    public async Task TellLegAsync(DeskWork work, DeskOrder leg, DeskNews news)
    {
        if (leg.Leg == DeskLegs.Entry || leg.Filled == 0m || news is not (DeskNews.Filled or DeskNews.PartiallyFilled or DeskNews.Canceled)
            || await EntryAsync(work, leg.OrderId) is not ({ } entry, { } order))
        {
            return;
        }

        var exit = await work.ExitAsync(order, leg.ClientId, leg.Side!, desk.Stop);
        var filled = new Exit(exit.Id, leg.Side, leg.Filled, leg.AvgPrice, leg.Fee, leg.RealizedPnl, exit.MarketTime);
        if (news != DeskNews.Filled)
        {
            // Of a part that a cancelled leg closed its update was told when it was filled.
            exit.Takes(filled, news == DeskNews.Canceled ? OrderStatus.Canceled : OrderStatus.PartiallyFilled, work.Now);
            if (news == DeskNews.PartiallyFilled)
            {
                await work.TellAsync(entry, order, OrderStatus.PartiallyFilled, terminal: false, filled);
            }

            return;
        }

        var (status, reason) = leg.Leg switch
        {
            DeskLegs.StopLoss => (OrderStatus.Stopped, (RejectionReason?)null),
            DeskLegs.TakeProfit => (OrderStatus.TookProfit, null),
            _ => (OrderStatus.Closed, new RejectionReason(ReasonCodes.Unprotected, null, null, null, "The position could not be protected as asked for and was closed at the market.")),
        };
        exit.Takes(filled, status, work.Now);
        (exit.ReasonCode, exit.ReasonValue, exit.ReasonMessage) = (reason?.Code.Word, reason?.Value, reason?.Message);
        await EndAsync(work, leg.OrderId, status, reason, filled);
    }

    /// <param name="exit">What ended its position; null to look what did.</param>
    public async Task EndAsync(DeskWork work, Guid orderId, string status, RejectionReason? reason, Exit? exit = null)
    {
        if (await EntryAsync(work, orderId) is ({ IsOpen: false } entry, { } order)
            && (order.Status is OrderStatus.Filled or OrderStatus.Protected || (order.Status == OrderStatus.Canceled && entry.Filled > 0m && open.IsProtected(entry))))
        {
            if (reason is not null)
            {
                (order.ReasonCode, order.ReasonValue, order.ReasonMessage) = (reason.Code.Word, reason.Value, reason.Message);
            }

            await work.TellAsync(entry, order, status, terminal: true, exit ?? await work.SinceAsync(order, desk.Stop));
        }
    }

    public async Task<(DeskOrder Entry, Order Order)?> EntryAsync(DeskWork work, Guid orderId) =>
        await work.Db.DeskOrders.SingleOrDefaultAsync(o => o.OrderId == orderId && o.Leg == DeskLegs.Entry, desk.Stop) is { } entry ? (entry, await work.OrderAsync(entry)) : null;

    /// <summary>The entry that waits for the position's end, null where none does.</summary>
    public async Task<Order?> WaitingAsync(DeskWork work, Position position)
    {
        var account = desk.AccountId;
        var row = await work.Db.Protections.SingleOrDefaultAsync(
            p => p.AccountId == account && p.GroupId == position.GroupId && p.Symbol == position.Symbol && (p.StopLoss != null || p.TakeProfit != null || p.Removed), desk.Stop);
        return row is not null && await EntryAsync(work, row.OrderId) is (_, { } order) ? order : null;
    }

    /// <summary>It is filled and its sender has not heard yet that it is protected.</summary>
    public Task<bool> IsUntoldAsync(Guid orderId) => desk.Store.ReadAsync(
        db => db.DeskOrders.AnyAsync(o => o.OrderId == orderId && o.Leg == DeskLegs.Entry && db.Set<Order>().Any(x => x.DecisionId == o.DecisionId && x.Status == OrderStatus.Filled), desk.Stop), desk.Stop);
}
