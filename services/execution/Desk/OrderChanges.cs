using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Orders;

namespace TradingSystem.Execution.Desk;

/// <summary>The one way to change an order: in a transaction that tells of it, after which the one in memory is the saved one.</summary>
internal sealed class OrderChanges(DeskContext desk, OpenOrders open, EntryNews entries, ProtectionMemory memory, LegEnds legs)
{
    public static RejectionReason Cancelled { get; } = new(ReasonCodes.Canceled, null, null, null, "It was cancelled before it was sent.");

    /// <param name="change">Gets the row of this transaction, and says what is to be told of it.</param>
    public async Task ChangeAsync(string clientId, Func<DeskWork, DeskOrder, Task<DeskNews>> change)
    {
        var saved = await desk.Store.RunAsync(
            async work =>
            {
                var order = await work.FindAsync(clientId);
                open.Get(clientId)?.TellWish(order);
                var news = await change(work, order);
                await work.TellAsync(order, news, open.IsProtected(order));
                await entries.TellLegAsync(work, order, news);
                return order;
            },
            desk.Stop);
        Saved(saved);
    }

    /// <summary>Nothing of it was sent and nothing will be.</summary>
    public Task RefuseAsync(string clientId, RejectionReason reason) => ChangeAsync(clientId, (_, order) => Task.FromResult(desk.Machine.Refuse(order, reason)));

    /// <summary>After the transaction that changed it.</summary>
    /// <param name="decision">What the row's text says, where that is known.</param>
    public void Saved(DeskOrder order, TradeDecision? decision = null)
    {
        var before = open.Get(order.ClientId)?.State;
        if (before != order.State)
        {
            DeskLog.Changed(desk.Log, order.ClientId, order.Symbol, before ?? "", order.State, order.ReasonCode);
            if (order.State == DeskStates.Held)
            {
                DeskLog.Held(desk.Log, order.ClientId, order.AccountId);
            }

            DeskTelemetry.Changed(order);
        }

        open.Take(order, desk.Now, decision);
        if (order is { IsOpen: true, IsProtection: true } && before != order.State)
        {
            memory.DueAt = default;
        }
        else if (!order.IsOpen && order.Leg != DeskLegs.Entry)
        {
            legs.Ended(order, desk.Now);
        }
    }
}
