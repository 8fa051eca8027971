using System.Collections.Concurrent;
using TradingSystem.Contracts.Bus;

namespace TradingSystem.TradingGroup.Market;

/// <summary>This process's closed candles and latest prices, as the bus told them.</summary>
public sealed class CandleMemory
{
    public const int Capacity = 240;

    // Ticks of one market may overtake each other a little.
    private static readonly TimeSpan LateTick = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(string Symbol, string Interval), Series> _series = new();
    private readonly ConcurrentDictionary<string, PriceTick> _prices = new(StringComparer.Ordinal);

    /// <summary>Closed candles, oldest first; empty when none are known.</summary>
    public IReadOnlyList<Candle> Closed(string symbol, string interval) =>
        _series.TryGetValue((symbol, interval), out var series) ? series.Copy() : [];

    /// <summary>The newest closed candles that follow each other without a gap, at most <paramref name="count"/>, oldest first.</summary>
    public IReadOnlyList<Candle> InARow(string symbol, string interval, TimeSpan length, int count)
    {
        var candles = Closed(symbol, interval);
        var from = candles.Count;
        while (from > 0 && candles.Count - from < count && (from == candles.Count || candles[from].OpenTime - candles[from - 1].OpenTime == length))
        {
            from--;
        }

        return [.. candles.Skip(from)];
    }

    public PriceTick? Price(string symbol) => _prices.GetValueOrDefault(symbol);

    /// <summary>Another source, or a step back in time, is another market: its candles have nothing to do with what is known.</summary>
    public void Add(PriceTick tick)
    {
        var before = _prices.GetValueOrDefault(tick.Symbol);
        _prices[tick.Symbol] = tick;
        if (before is not null && (before.Source != tick.Source || tick.MarketTime < before.MarketTime - LateTick))
        {
            foreach (var ((symbol, _), series) in _series)
            {
                if (symbol == tick.Symbol)
                {
                    series.Forget();
                }
            }
        }
    }

    public void Add(Candle candle)
    {
        if (candle.Closed)
        {
            _series.GetOrAdd((candle.Symbol, candle.Interval), _ => new Series()).Add(candle);
        }
    }

    public void Replace(CandleWindow window)
    {
        if (window.Candles.Count > 0)
        {
            _series.GetOrAdd((window.Symbol, window.Interval), _ => new Series()).Replace(window.Candles);
        }
    }

    private sealed class Series
    {
        private readonly Lock _gate = new();
        private List<Candle> _candles = [];

        public Candle[] Copy()
        {
            lock (_gate)
            {
                return [.. _candles];
            }
        }

        public void Forget()
        {
            lock (_gate)
            {
                _candles = [];
            }
        }

        /// <summary>Replaces the one known for its time, for what comes later is truer; one that was missed takes its place between the others.</summary>
        public void Add(Candle candle)
        {
            lock (_gate)
            {
                var at = _candles.FindLastIndex(c => c.OpenTime <= candle.OpenTime);
                if (at >= 0 && _candles[at].OpenTime == candle.OpenTime)
                {
                    _candles[at] = candle;
                }
                else
                {
                    _candles.Insert(at + 1, candle);
                }

                Trim();
            }
        }

        public void Replace(IReadOnlyList<Candle> window)
        {
            lock (_gate)
            {
                // A window may have been cut just before a candle closed that came here first; that one is kept. One that has nothing in common
                // with what is known is another market's.
                var known = window.Select(c => c.WithoutMarks()).Intersect(_candles.Select(c => c.WithoutMarks())).Any() ? _candles : [];
                _candles = [.. known.Where(c => c.OpenTime < window[0].OpenTime), .. window, .. known.Where(c => c.OpenTime > window[^1].OpenTime)];
                Trim();
            }
        }

        private void Trim()
        {
            if (_candles.Count > Capacity)
            {
                _candles.RemoveRange(0, _candles.Count - Capacity);
            }
        }
    }
}
