using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>What the venue says the account has, read at one time.</summary>
/// <param name="Fills">Since <paramref name="Since"/>, of every symbol that matters.</param>
/// <param name="Named">Client ids of orders whose fills do not carry one, by the venue's id; null for those of somebody else.</param>
/// <param name="IsComplete">False when a fill could not be told whose it is.</param>
internal sealed record VenueSnapshot(
    IReadOnlyList<VenueInstrument> Instruments,
    IReadOnlyList<VenueOrder> Orders,
    IReadOnlyList<VenuePosition> Positions,
    decimal? Wallet,
    IReadOnlyList<VenueFill> Fills,
    IReadOnlyDictionary<string, string?> Named,
    bool IsComplete,
    DateTimeOffset Since,
    DateTimeOffset ReadAt)
{
    /// <summary>Since then, where the venue tells it payment by payment.</summary>
    public IReadOnlyList<FundingPayment> Funding { get; init; } = [];

    public required VenueModes Modes { get; init; }
}

/// <summary>Reads a <see cref="VenueSnapshot"/>; one answer that is missing and there is none.</summary>
internal sealed class SnapshotReader(IVenue venue, TimeProvider time, Func<string, CancellationToken, Task<bool>> isOurs)
{
    public async Task<Snapshotted> ReadAsync(IReadOnlyCollection<string> symbols, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var at = time.GetUtcNow();
        if (await venue.SyncClockAsync(cancellationToken) is { IsAccepted: false } clock)
        {
            return Not(clock);
        }

        var instruments = await venue.InstrumentsAsync(cancellationToken);
        if (!instruments.IsAccepted)
        {
            return Not(instruments);
        }

        var modes = await venue.ModesAsync(null, cancellationToken);
        if (!modes.IsAccepted)
        {
            return Not(modes);
        }

        var orders = await venue.OpenOrdersAsync(null, cancellationToken);
        if (!orders.IsAccepted)
        {
            return Not(orders);
        }

        // Before the fills: every fill that made these positions is then among them.
        var positions = await venue.PositionsAsync(null, cancellationToken);
        if (!positions.IsAccepted)
        {
            return Not(positions);
        }

        var balances = await venue.BalancesAsync(cancellationToken);
        if (!balances.IsAccepted)
        {
            return Not(balances);
        }

        var fills = new List<VenueFill>();
        var funding = new List<FundingPayment>();
        foreach (var symbol in symbols.Concat(positions.Value.Select(p => p.Symbol)).Concat(orders.Value.Select(o => o.Symbol)).Distinct(StringComparer.Ordinal))
        {
            var some = await venue.FillsAsync(new FillQuery(symbol, since + venue.ClockOffset), cancellationToken);
            if (!some.IsAccepted)
            {
                return Not(some);
            }

            fills.AddRange(some.Value);
            if (venue.Capabilities.TellsFunding)
            {
                var paid = await venue.FundingAsync(symbol, since + venue.ClockOffset, cancellationToken);
                if (!paid.IsAccepted)
                {
                    return Not(paid);
                }

                funding.AddRange(paid.Value);
            }
        }

        var (named, complete) = await NameAsync(fills, cancellationToken);
        return new(
            new(instruments.Value, orders.Value, positions.Value, balances.Value.FirstOrDefault(b => b.Asset == "USDT")?.Wallet, fills, named, complete, since, at) { Funding = funding, Modes = modes.Value }, null);
    }

    private async Task<(Dictionary<string, string?> Named, bool Complete)> NameAsync(List<VenueFill> fills, CancellationToken cancellationToken)
    {
        var named = new Dictionary<string, string?>(StringComparer.Ordinal);
        var complete = true;
        foreach (var fill in fills.Where(f => string.IsNullOrEmpty(f.ClientId)).DistinctBy(f => f.VenueOrderId))
        {
            if (await isOurs(fill.VenueOrderId, cancellationToken))
            {
                continue;
            }

            var order = await venue.QueryAsync(new OrderRef(fill.Symbol, null, fill.VenueOrderId), cancellationToken);
            if (order.IsAccepted || order.Is(RefusalMeaning.NotFound))
            {
                named[fill.VenueOrderId] = order.Value?.ClientId;
            }
            else
            {
                complete = false;
            }
        }

        return (named, complete);
    }

    private static Snapshotted Not<T>(VenueReply<T> reply)
        where T : class => new(null, reply.Refusal is { } refusal ? $"{refusal.Code} {refusal.Message}" : reply.Why);
}
