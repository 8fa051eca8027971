using System.Collections.Concurrent;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Settings;
using TradingSystem.Venues.Instruments;

namespace TradingSystem.Execution.Prices;

/// <summary>Latest price per tradable symbol, as this node saw it. Bounded by the instrument table.</summary>
public sealed class PriceBook(InstrumentTable instruments, ExecutionOptions options, TimeProvider time)
{
    // A feed that this node has heard and that falls silent is dead; one that it has not heard yet is still to be connected to.
    private const int StartFactor = 6;

    private readonly ConcurrentDictionary<string, PriceTick> _latest = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _waitedInVain = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Timestamp of the first ticks of any symbol; 0 before.
    private long _heard;

    /// <summary>The last tick however old, or null.</summary>
    public PriceTick? Find(string symbol) => _latest.GetValueOrDefault(symbol);

    public void Update(IReadOnlyList<PriceTick> ticks)
    {
        var now = time.GetUtcNow();
        Interlocked.CompareExchange(ref _heard, Math.Max(1, time.GetTimestamp()), 0);
        foreach (var tick in ticks)
        {
            if (tick.Price <= 0m || instruments.Find(tick.Symbol) is null)
            {
                continue;
            }

            // A sender whose clock runs ahead must not make its price immune to going stale.
            var seen = tick.LastSeen() > now
                ? tick with { ObservedAt = tick.ObservedAt > now ? now : tick.ObservedAt, MarkedAt = tick.MarkedAt > now ? now : tick.MarkedAt }
                : tick;
            _latest.AddOrUpdate(seen.Symbol, seen, (_, held) => held.LastSeen() <= now && IsNewer(held, seen) ? held : seen);
            if (IsPriced(seen.Symbol))
            {
                _waitedInVain.TryRemove(seen.Symbol, out _);
            }
        }

        Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    /// <summary>The last trade is young.</summary>
    public bool IsFresh(string symbol) => _latest.TryGetValue(symbol, out var tick) && IsFresh(tick);

    public bool IsFresh(PriceTick tick) => time.GetUtcNow() - tick.ObservedAt <= options.MaxPriceAge;

    /// <summary>There is something to fill at: a young trade, or what <see cref="QuietPrice"/> makes of a young mark price.</summary>
    public bool IsPriced(string symbol) => _latest.TryGetValue(symbol, out var tick) && QuietPrice.At(tick, time.GetUtcNow(), options.MaxPriceAge) is not null;

    /// <summary>
    /// Waits until every known symbol has a fresh price, for <paramref name="longest"/> and <see cref="ExecutionOptions.PriceWait"/> at most; for
    /// longer than the latter only while this node has heard no price at all yet. A symbol that was waited for in vain is not waited for again
    /// before its next fresh price: a dead feed delays one message, not each.
    /// </summary>
    public async Task WaitForFreshAsync(IReadOnlyCollection<string> symbols, TimeSpan longest, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var changed = Volatile.Read(ref _changed).Task;
            var missing = symbols.Where(s => instruments.Find(s) is not null && !IsPriced(s) && !_waitedInVain.ContainsKey(s)).ToList();
            if (missing.Count == 0)
            {
                return;
            }

            var (left, patience) = (longest - time.GetElapsedTime(started), Patience(started));
            var wait = left < patience ? left : patience;
            if (wait <= TimeSpan.Zero)
            {
                // Only a full wait says that the feed is dead; one cut short by an old decision says nothing.
                if (patience <= left)
                {
                    missing.ForEach(s => _waitedInVain[s] = true);
                }

                return;
            }

            // A wait that is over is looked at again: the first price may have come with its end.
            await changed.WaitAsync(wait, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private static bool IsNewer(PriceTick held, PriceTick seen) =>
        held.ObservedAt != seen.ObservedAt ? held.ObservedAt > seen.ObservedAt : held.MarkedAt > seen.MarkedAt;

    /// <summary>What is left of the wait that says that a feed is dead.</summary>
    private TimeSpan Patience(long started) =>
        Interlocked.Read(ref _heard) is var heard && heard == 0
            ? (StartFactor * options.PriceWait) - time.GetElapsedTime(started)
            : options.PriceWait - time.GetElapsedTime(Math.Max(started, heard));
}
