using System.Collections.Concurrent;
using TradingSystem.Contracts.Bus;

namespace TradingSystem.TradingGroup.Market;

/// <summary>This process's closed candles and latest prices, as the bus told them.</summary>
public sealed class CandleMemory
{
    public const int Capacity = 240;

    private readonly ConcurrentDictionary<(string Symbol, string Interval), Series> _series = new();
    private readonly ConcurrentDictionary<string, PriceTick> _prices = new(StringComparer.Ordinal);

    /// <summary>Closed candles, oldest first; empty when none are known.</summary>
    public IReadOnlyList<Candle> Closed(string symbol, string interval) =>
        _series.TryGetValue((symbol, interval), out var series) ? series.Copy() : [];

    public PriceTick? Price(string symbol) => _prices.GetValueOrDefault(symbol);

    public void Add(PriceTick tick) => _prices[tick.Symbol] = tick;

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

        public void Add(Candle candle)
        {
            lock (_gate)
            {
                // A step back in time is another market: a replay that began again, or a change of source.
                var at = _candles.FindLastIndex(c => c.OpenTime <= candle.OpenTime);
                if (at >= 0 && _candles[at].OpenTime == candle.OpenTime)
                {
                    _candles[at] = candle;
                }
                else if (at == _candles.Count - 1)
                {
                    _candles.Add(candle);
                }
                else
                {
                    _candles = [candle];
                }

                Trim();
            }
        }

        public void Replace(IReadOnlyList<Candle> window)
        {
            lock (_gate)
            {
                // A window may have been cut just before a candle closed that came here first; that one is kept.
                var last = window[^1];
                var known = _candles.FindIndex(c => c.OpenTime == last.OpenTime && c.Close == last.Close);
                var newer = known >= 0 ? _candles.GetRange(known + 1, _candles.Count - known - 1) : [];
                _candles = [.. window, .. newer];
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
