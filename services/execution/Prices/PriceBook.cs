using System.Collections.Concurrent;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Instruments;

namespace TradingSystem.Execution.Prices;

/// <summary>Latest price per tradable symbol, as this node saw it. Bounded by the instrument table.</summary>
public sealed class PriceBook(InstrumentTable instruments, ExecutionOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, PriceTick> _latest = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _waitedInVain = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The last tick however old, or null.</summary>
    public PriceTick? Find(string symbol) => _latest.GetValueOrDefault(symbol);

    public void Update(IReadOnlyList<PriceTick> ticks)
    {
        var now = time.GetUtcNow();
        foreach (var tick in ticks)
        {
            if (tick.Price <= 0m || instruments.Find(tick.Symbol) is null)
            {
                continue;
            }

            // A sender whose clock runs ahead must not make its price immune to going stale.
            var seen = tick.ObservedAt > now ? tick with { ObservedAt = now } : tick;
            _latest.AddOrUpdate(seen.Symbol, seen, (_, held) => held.ObservedAt > seen.ObservedAt ? held : seen);
            if (IsFresh(seen.Symbol))
            {
                _waitedInVain.TryRemove(seen.Symbol, out _);
            }
        }

        Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    public bool IsFresh(string symbol) => _latest.TryGetValue(symbol, out var tick) && IsFresh(tick);

    public bool IsFresh(PriceTick tick) => time.GetUtcNow() - tick.ObservedAt <= options.MaxPriceAge;

    /// <summary>
    /// Waits until every known symbol has a fresh price or <paramref name="longest"/> passed. A symbol that was waited for in
    /// vain is not waited for again before its next fresh price: a dead feed delays one message, not each.
    /// </summary>
    public async Task WaitForFreshAsync(IReadOnlyCollection<string> symbols, TimeSpan longest, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var changed = Volatile.Read(ref _changed).Task;
            var missing = symbols.Where(s => instruments.Find(s) is not null && !IsFresh(s) && !_waitedInVain.ContainsKey(s)).ToList();
            if (missing.Count == 0)
            {
                return;
            }

            var left = longest - time.GetElapsedTime(started);
            try
            {
                await changed.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                // Only a full wait says that the feed is dead; one cut short by an old decision says nothing.
                if (longest >= options.PriceWait)
                {
                    missing.ForEach(s => _waitedInVain[s] = true);
                }

                return;
            }
        }
    }
}
