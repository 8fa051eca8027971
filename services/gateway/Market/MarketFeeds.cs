using System.Collections.Concurrent;
using TradingSystem.Contracts.Bus;

namespace TradingSystem.Gateway.Market;

/// <summary>What this node knows of the market: candles of what its sessions asked for, and every latest price.</summary>
public sealed class MarketFeeds(ICandleQuestions questions, TimeProvider time)
{
    // Ticks of one market may overtake each other a little.
    private static readonly TimeSpan LateTick = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(string Symbol, string Interval), CandleFeed> _candles = new();
    private readonly ConcurrentDictionary<string, PriceFeed> _prices = new(StringComparer.Ordinal);
    private MarketStatus? _status;

    public CandleFeed Candles(string symbol, string interval) =>
        _candles.GetOrAdd((symbol, interval), key => new CandleFeed(key.Symbol, key.Interval, questions, time));

    public PriceFeed Prices(string symbol) => _prices.GetOrAdd(symbol, _ => new PriceFeed());

    /// <summary>Another source, or a step back in time, is another market.</summary>
    public void Put(PriceTick tick)
    {
        var feed = Prices(tick.Symbol);
        if (feed.Latest is { } before && (before.Source != tick.Source || tick.MarketTime < before.MarketTime - LateTick))
        {
            Forget(tick.Symbol);
        }

        feed.Put(tick);
    }

    /// <summary>A bar that still moves is nobody's business here.</summary>
    public void Put(Candle candle)
    {
        if (candle.Closed && _candles.TryGetValue((candle.Symbol, candle.Interval), out var feed))
        {
            feed.Add(candle);
        }
    }

    public void Put(CandleWindow window)
    {
        if (_candles.TryGetValue((window.Symbol, window.Interval), out var feed))
        {
            feed.Add(window.Candles);
        }
    }

    /// <summary>With another source or other symbols what was known of either is not any more.</summary>
    public void Put(MarketStatus status)
    {
        var before = Interlocked.Exchange(ref _status, status);
        if (before is not null && (before.Source != status.Source || !before.Symbols.SequenceEqual(status.Symbols)))
        {
            Forget(null);
        }
    }

    /// <summary>Prices that came in a moment too short for a session's pace go out when it is over.</summary>
    public void WakeDue()
    {
        foreach (var prices in _prices.Values)
        {
            prices.Followers.WakeDue();
        }
    }

    private void Forget(string? symbol)
    {
        foreach (var feed in _candles.Values.Where(f => symbol is null || f.Symbol == symbol))
        {
            feed.Forget();
        }
    }
}
