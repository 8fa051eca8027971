using System.Collections.Concurrent;
using TradingSystem.Contracts.Bus;

namespace TradingSystem.Dashboard.Live;

/// <summary>What a page that connects now must know at once: where prices come from and the latest of them.</summary>
public sealed class LiveState
{
    private readonly ConcurrentDictionary<string, PriceTick> _latest = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, PriceTick> _pending = new(StringComparer.Ordinal);

    public MarketStatus? Market { get; set; }

    public IReadOnlyList<PriceTick> Latest => [.. _latest.Values];

    /// <summary>Keeps the newest price per symbol until <see cref="TakePending"/>.</summary>
    public void Add(IReadOnlyList<PriceTick> ticks)
    {
        lock (_lock)
        {
            foreach (var tick in ticks)
            {
                // A page shows the price; what was traded on the way to it is for those who fill orders.
                _latest[tick.Symbol] = _pending[tick.Symbol] = tick with { Trades = null };
            }
        }
    }

    public IReadOnlyList<PriceTick> TakePending()
    {
        lock (_lock)
        {
            PriceTick[] taken = [.. _pending.Values];
            _pending.Clear();
            return taken;
        }
    }
}
