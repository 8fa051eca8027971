using TradingSystem.Execution.Orders;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>Orders that somebody wants gone: what was not sent is refused, what the venue has is cancelled there, as often as it takes.</summary>
public sealed partial class AccountDesk
{
    private static readonly TimeSpan CancelAgain = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, DateTimeOffset> _cancelled = new(StringComparer.Ordinal);

    /// <summary>A cancel is a request like any other; the order itself then says what became of it.</summary>
    private async Task CancelAsync(DeskOrder order, DateTimeOffset now)
    {
        if (order.State == DeskStates.Pending)
        {
            if (order.Leg != DeskLegs.Entry)
            {
                await ChangeAsync(order.ClientId, (_, o) => Task.FromResult(_machine.Refuse(o, Cancelled)));
            }
            else
            {
                order.CheckAt = now;
            }

            return;
        }

        if (order.State != DeskStates.Working || _cancelled.GetValueOrDefault(order.ClientId) > now)
        {
            return;
        }

        _cancelled[order.ClientId] = now + CancelAgain;
        var reference = new OrderRef(order.Symbol, order.ClientId, order.VenueOrderId, order.IsProtection);
        Beside(async token => new CancelAnswered(order.ClientId, await OnceAsync(t => _venue.CancelAsync(reference, t), token)));
    }

    private Task CancelAnsweredAsync(CancelAnswered answered)
    {
        if (answered.Reply.Refusal is { } refusal && refusal.Meaning != RefusalMeaning.NotFound)
        {
            DeskLog.Refused(_parts.Log, answered.ClientId, refusal.Meaning, refusal.Code, refusal.Message);
        }

        if (_open.TryGetValue(answered.ClientId, out var order))
        {
            order.CheckAt = Now;
        }

        return Task.CompletedTask;
    }

    private async Task CancelRequestedAsync(DateTimeOffset now)
    {
        foreach (var order in _open.Values.Where(o => o.CancelRequestedAt is not null && !o.IsProtection).ToList())
        {
            await CancelAsync(order, now);
        }
    }
}
