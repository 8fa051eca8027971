using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

internal enum LookOutcome
{
    Found,

    /// <summary>The venue did not answer, or does not know it, which proves nothing yet.</summary>
    NotSeen,

    /// <summary>The venue never had it, or has no trace of it any more.</summary>
    Absent,
}

/// <param name="Order">Null when only fills tell of it.</param>
internal sealed record Look(LookOutcome Outcome, VenueOrder? Order, IReadOnlyList<VenueFill> Fills)
{
    public static Look NotSeen { get; } = new(LookOutcome.NotSeen, null, []);

    public static Look Absent { get; } = new(LookOutcome.Absent, null, []);
}

/// <summary>
/// Finds out what became of an order. That the venue does not have it is believed only when two questions a second apart say so, it is
/// not among the open orders, and every fill since it was sent belongs to another order.
/// </summary>
internal sealed class OrderLook(IVenue venue, TimeProvider time, Func<string, CancellationToken, Task<bool>> isOther)
{
    private static readonly TimeSpan ClockDoubt = TimeSpan.FromSeconds(10);

    public async Task<Look> AtAsync(DeskOrder order, bool provable, CancellationToken cancellationToken)
    {
        var first = await AskAsync(order, cancellationToken);
        if (first.Outcome != LookOutcome.Absent)
        {
            return first;
        }

        if (!provable)
        {
            return Look.NotSeen;
        }

        await Task.Delay(DeskTerms.BetweenProofs, time, cancellationToken);
        var second = await AskAsync(order, cancellationToken);
        return second.Outcome == LookOutcome.Absent ? await TracesAsync(order, cancellationToken) : second;
    }

    /// <summary>One question; here <see cref="LookOutcome.Absent"/> only means that the venue said so once.</summary>
    private async Task<Look> AskAsync(DeskOrder order, CancellationToken cancellationToken)
    {
        var reply = await venue.QueryAsync(new OrderRef(order.Symbol, order.ClientId, order.VenueOrderId, order.IsProtection), cancellationToken);
        return reply.IsAccepted ? await WithFillsAsync(order, reply.Value, cancellationToken)
            : reply.Is(RefusalMeaning.NotFound) ? Look.Absent
            : Look.NotSeen;
    }

    private async Task<Look> WithFillsAsync(DeskOrder order, VenueOrder told, CancellationToken cancellationToken)
    {
        var filledBy = order.IsProtection ? told.TriggeredOrderId ?? order.TriggeredOrderId : told.VenueId;
        if (filledBy is null || (told.Filled <= order.Filled && (!order.IsProtection || told.IsOpen)))
        {
            return new(LookOutcome.Found, told, []);
        }

        var fills = await venue.FillsAsync(new FillQuery(order.Symbol, order.CreatedAt + venue.ClockOffset - ClockDoubt, filledBy), cancellationToken);
        return new(LookOutcome.Found, told, fills.IsAccepted ? fills.Value : []);
    }

    private async Task<Look> TracesAsync(DeskOrder order, CancellationToken cancellationToken)
    {
        var open = await venue.OpenOrdersAsync(order.Symbol, cancellationToken);
        var fills = await venue.FillsAsync(new FillQuery(order.Symbol, (order.SentAt ?? order.CreatedAt) + venue.ClockOffset - ClockDoubt), cancellationToken);
        if (!open.IsAccepted || !fills.IsAccepted)
        {
            return Look.NotSeen;
        }

        if (open.Value.FirstOrDefault(o => o.ClientId == order.ClientId) is { } there)
        {
            return new(LookOutcome.Found, there, []);
        }

        foreach (var by in fills.Value.GroupBy(f => f.VenueOrderId))
        {
            var client = by.Select(f => f.ClientId).FirstOrDefault(c => !string.IsNullOrEmpty(c));
            if (client is null && !await isOther(by.Key, cancellationToken))
            {
                var named = await venue.QueryAsync(new OrderRef(order.Symbol, null, by.Key), cancellationToken);
                if (!named.IsAccepted)
                {
                    // Somebody's trade that nobody can name: it may be this order's.
                    return Look.NotSeen;
                }

                client = named.Value.ClientId;
                if (client == order.ClientId)
                {
                    return new(LookOutcome.Found, named.Value, [.. by]);
                }
            }

            if (client == order.ClientId)
            {
                return new(LookOutcome.Found, null, [.. by]);
            }
        }

        return Look.Absent;
    }
}
