using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>Orders that somebody wants gone: what was not sent is refused, what the venue has is cancelled there, as often as it takes.</summary>
internal sealed class Cancels(DeskContext desk, OpenOrders open, OrderChanges changes, Requests requests)
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    /// <summary>A cancel is a request like any other; the order itself then says what became of it.</summary>
    public async Task CancelAsync(OpenOrder order, DateTimeOffset now)
    {
        if (order.State == DeskStates.Pending)
        {
            if (order.Leg != DeskLegs.Entry)
            {
                await changes.RefuseAsync(order.ClientId, OrderChanges.Cancelled);
            }
            else
            {
                order.LookAt(now);
            }

            return;
        }

        if (order.State != DeskStates.Working || order.CancelAgainAt > now)
        {
            return;
        }

        order.CancelAgainAt = now + Again;
        requests.Cancel(order.ClientId, new OrderRef(order.Symbol, order.ClientId, order.Row.VenueOrderId, order.Row.IsProtection));
    }

    /// <summary>A leg that the position is not to have any more.</summary>
    public async Task CancelLegsAsync(IEnumerable<OpenOrder> legs, DateTimeOffset now)
    {
        foreach (var leg in legs)
        {
            leg.Cancel(now);
            await CancelAsync(leg, now);
        }
    }

    /// <summary>Every entry and exit that is wanted gone.</summary>
    public async Task CancelWantedAsync(DateTimeOffset now)
    {
        foreach (var order in open.All.Where(o => o.Wish is not null && !o.Row.IsProtection).ToList())
        {
            await CancelAsync(order, now);
        }
    }

    public void Answered(CancelAnswered answered)
    {
        if (answered.Reply.Refusal is { } refusal && refusal.Meaning != RefusalMeaning.NotFound)
        {
            DeskLog.Refused(desk.Log, answered.ClientId, refusal.Meaning, refusal.Code, refusal.Message);
        }

        open.Get(answered.ClientId)?.LookAt(desk.Now);
    }
}
