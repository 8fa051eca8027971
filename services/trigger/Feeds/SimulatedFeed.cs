using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Candles;

namespace TradingSystem.Trigger.Feeds;

/// <summary>A market of its own when none is in reach. Starts with five hours of history from the same process, then one step each 200 ms.</summary>
public sealed class SimulatedFeed(IReadOnlyList<string> symbols, ulong seed, TimeProvider time, string? notice = null) : IMarketFeed
{
    private const int HistoryMinutes = 302;
    private const int HistorySeconds = 300;
    private const int StepsPerSecond = 5;

    private readonly SimulatedMarket _market = new(symbols, seed);
    private DateTimeOffset _next;

    public async Task RunAsync(IFeedSink sink, CancellationToken cancellationToken)
    {
        Begin(sink);
        while (true)
        {
            var wait = _next - time.GetUtcNow();
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, time, cancellationToken);
            }

            cancellationToken.ThrowIfCancellationRequested();
            Step(sink);
        }
    }

    /// <summary>
    /// Tells status and history. The step that comes next has the same number at every start, and whole seconds begin at
    /// the same steps, so a seed shows the same seconds whenever it is started.
    /// </summary>
    public void Begin(IFeedSink sink)
    {
        sink.Started(new FeedStatus(FeedStatus.Simulated, FeedStatus.Simulated, Interval.Second, Interval.Second, symbols, notice));
        var begin = Interval.Second.Floor(time.GetUtcNow());
        _next = begin - TimeSpan.FromMinutes(HistoryMinutes);
        var seconds = symbols.ToDictionary(s => s, s => new CandleSeries(s, Interval.Second, HistorySeconds));
        var minutes = symbols.ToDictionary(s => s, s => new CandleSeries(s, Interval.Minute));
        var closed = new List<Candle>();
        for (var i = 0; i < HistoryMinutes * 60 * StepsPerSecond; i++)
        {
            foreach (var t in _market.Step(_next))
            {
                seconds[t.Symbol].Apply(t.MarketTime, t.Price, t.Price, t.Price, t.Price, t.Quantity, closed);
                minutes[t.Symbol].Apply(t.MarketTime, t.Price, t.Price, t.Price, t.Price, t.Quantity, closed);
            }

            closed.Clear();
            _next += SimulatedMarket.StepLength;
        }

        foreach (var symbol in symbols)
        {
            seconds[symbol].Advance(begin, false, closed);
            minutes[symbol].Advance(begin, false, closed);
            // The first minute began in the middle.
            var bars = minutes[symbol].Closed(HistoryMinutes).Skip(1);
            sink.History(symbol, Interval.Minute, minutes[symbol].Current is { } moving ? [.. bars, moving] : [.. bars], derive: true);
            sink.History(symbol, Interval.Second, seconds[symbol].Closed(HistorySeconds), derive: false);
        }
    }

    /// <summary>One step, whatever the clock says.</summary>
    public void Step(IFeedSink sink)
    {
        sink.Trades(_market.Step(_next));
        _next += SimulatedMarket.StepLength;
        // The step is the last of its second: the bar need not wait for the next trade.
        if (_next.Ticks % TimeSpan.TicksPerSecond == 0)
        {
            sink.Advance(_next);
        }
    }
}
