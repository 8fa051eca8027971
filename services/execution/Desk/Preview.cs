using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;

namespace TradingSystem.Execution.Desk;

/// <summary>Whoever only asks is answered by what decides when an order leaves, on an order that is in no table and a transaction that keeps nothing.</summary>
internal sealed class Preview(DeskContext desk, OpenOrders open, VenueListing listing, OrderCheck check, Leverages leverages, SetLeverages set)
{
    public async Task AnswerAsync(Asked asked)
    {
        if (asked.Until.IsCancellationRequested)
        {
            return;
        }

        try
        {
            asked.Answer.TrySetResult(await WouldBecomeAsync(asked.Order, asked.Decision));
        }
        catch (Exception e) when (e is not DeskLostException && !desk.Stop.IsCancellationRequested)
        {
            // It is told to whoever asked; a question must not end the desk.
            asked.Answer.TrySetException(e);
        }
    }

    /// <summary>Null while nothing could be sent: what will be so when something can is not known.</summary>
    private async Task<WouldBe?> WouldBecomeAsync(DeskOrder order, TradeDecision decision)
    {
        if (!listing.IsReady)
        {
            return null;
        }

        if (!order.Closes && open.UncertainIn(order.Symbol) is { } uncertain)
        {
            return WouldBecome.Refused(Refusals.OutcomeUnknown(uncertain.Row));
        }

        if (listing.Find(order.Symbol) is null)
        {
            return WouldBecome.Refused(listing.NotTraded(order.Symbol));
        }

        if (decision.Action != TradeAction.Close && !set.Is(order.Symbol, decision.Leverage)
            && await leverages.IsToBeSetAsync(order, decision) && await leverages.InUseAsync(order) is { } used)
        {
            return WouldBecome.Refused(Rejections.LeverageInUse(order.Symbol, used, decision.Leverage));
        }

        return await desk.Store.TryAsync(
            async work =>
            {
                var (verdict, _, _) = await check.DecideAsync(order, decision, work, isAsked: true);
                return WouldBecome.Of(order, verdict);
            },
            desk.Stop);
    }
}
