using System.Collections.Concurrent;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>
/// What fees in another asset than the quote currency, such as BNB, are worth: by the venue's own last price of the asset when the fill was
/// heard of. Also used beside the desk: prices are asked for before a fill comes to it.
/// </summary>
/// <param name="ours">Our own price of a symbol that may be used now, null where there is none.</param>
/// <param name="untold">Hears of an asset that has no price, and why.</param>
internal sealed class FeePrices(
    Func<string, CancellationToken, Task<VenueReply<VenuePrice>>> lastPrice, Func<string, decimal?> ours, TimeProvider time, Action<string, string?> untold)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, (decimal Price, DateTimeOffset At)> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _missing = new(StringComparer.Ordinal);

    /// <summary>Fees were booked, or may have been before this desk, that wait for a price.</summary>
    public bool MayHavePending { get; set; } = true;

    /// <summary>What it cost as it is booked.</summary>
    public BookedFee FeeOf(VenueFill fill)
    {
        if (!IsForeign(fill))
        {
            return new(decimal.Round(fill.Fee ?? 0m, PositionMath.Places), null, null, false);
        }

        var price = Fresh(fill.FeeAsset!);
        MayHavePending |= price is null;
        return new(price is { } p ? PositionMath.Value(fill.Fee!.Value, p) : 0m, fill.FeeAsset, fill.Fee, price is null);
    }

    /// <summary>In quote currency, null where none is known that is young enough.</summary>
    public decimal? Fresh(string asset) => _known.TryGetValue(asset, out var known) && time.GetUtcNow() - known.At <= Age ? known.Price : ours(asset + DeskContext.Quote);

    /// <summary>Makes sure of a price for what these fills were charged in. Runs beside the desk, and never fails: what has no price is valued later.</summary>
    public async Task AskAsync(IEnumerable<VenueFill> fills, CancellationToken cancellationToken)
    {
        foreach (var asset in fills.Where(IsForeign).Select(f => f.FeeAsset!).Distinct(StringComparer.Ordinal))
        {
            await AskAsync(asset, cancellationToken);
        }
    }

    public async Task AskAsync(string asset, CancellationToken cancellationToken)
    {
        // One that has no price must not hold up every fill for as long as it takes to hear that.
        if (Fresh(asset) is not null || (_missing.TryGetValue(asset, out var asked) && time.GetUtcNow() - asked < Deadline * 2))
        {
            return;
        }

        using var deadline = new CancellationTokenSource(Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            var told = await lastPrice(asset + DeskContext.Quote, either.Token);
            if (told is { IsAccepted: true, Value.Price: > 0m and var price })
            {
                _known[asset] = (price, time.GetUtcNow());
                return;
            }

            untold(asset, told.Refusal?.Message ?? told.Why);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            untold(asset, "no answer in time");
        }

        _missing[asset] = time.GetUtcNow();
    }

    private static bool IsForeign(VenueFill fill) => fill is { Fee: not (null or 0m), FeeAsset: { Length: > 0 } asset } && asset != DeskContext.Quote;
}
