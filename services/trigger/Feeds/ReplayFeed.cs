using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Candles;

namespace TradingSystem.Trigger.Feeds;

/// <summary>
/// A recorded market at <paramref name="speed"/> market seconds per wall second. A candle becomes four trades: open, the nearer of high
/// and low, the other, close. The file's beginning is told as history, so that rules and charts are warm from the first price.
/// </summary>
public sealed partial class ReplayFeed(ReplayFile file, decimal speed, TimeProvider time, ILogger<ReplayFeed> log) : IMarketFeed
{
    public const string Ended = "replay ended";

    private const int HistoryBars = 200;
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(50);

    private readonly string _name = Path.GetFileName(file.Path);

    public async Task RunAsync(IFeedSink sink, CancellationToken cancellationToken)
    {
        var status = new FeedStatus(FeedStatus.Replay, $"replay:{_name}", file.Interval, file.Interval, [file.Symbol], $"replay of {_name} at {speed}x");
        sink.Started(status);
        string notice;
        try
        {
            await (file.IsTrades ? PlayTradesAsync(sink, cancellationToken) : PlayBarsAsync(sink, cancellationToken));
            notice = Ended;
            ReplayFeedLog.End(log, _name);
        }
        catch (Exception e) when (e is ReplayFormatException or IOException)
        {
            notice = $"replay stopped: {e.Message}";
            ReplayFeedLog.Broken(log, e.Message);
        }

        // The last price stays, and grows stale: a market that has ended must not look like one that stands still.
        sink.Started(status with { Notice = notice });
        await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
    }

    private async Task PlayBarsAsync(IFeedSink sink, CancellationToken cancellationToken)
    {
        // A short file keeps half of its bars for the run.
        var history = Math.Min(HistoryBars, file.Bars().Take(2 * HistoryBars).Count() / 2);
        using var bars = file.Bars().GetEnumerator();
        var past = new List<Candle>(history);
        while (past.Count < history && bars.MoveNext())
        {
            var b = bars.Current;
            past.Add(new Candle(file.Symbol, file.Interval.Name, b.OpenTime, b.Open, b.High, b.Low, b.Close, b.Volume, true));
        }

        sink.History(file.Symbol, file.Interval, past, derive: true);
        var pace = new Pace(time, speed);
        while (bars.MoveNext())
        {
            var bar = bars.Current;
            foreach (var trade in Expand(file.Symbol, bar, file.Interval))
            {
                await pace.UntilAsync(trade.MarketTime, file.Interval.Length * 2, cancellationToken);
                sink.Trades([trade]);
            }

            await pace.UntilAsync(bar.OpenTime + file.Interval.Length, file.Interval.Length * 2, cancellationToken);
            sink.Advance(bar.OpenTime + file.Interval.Length);
        }
    }

    private async Task PlayTradesAsync(IFeedSink sink, CancellationToken cancellationToken)
    {
        using var trades = file.Trades().GetEnumerator();
        var past = new CandleSeries(file.Symbol, Interval.Second, HistoryBars);
        var closed = new List<Candle>();
        var more = trades.MoveNext();
        var warm = trades.Current.MarketTime + TimeSpan.FromSeconds(HistoryBars);
        for (; more && trades.Current.MarketTime < warm; more = trades.MoveNext())
        {
            var t = trades.Current;
            past.Apply(t.MarketTime, t.Price, t.Price, t.Price, t.Price, t.Quantity, closed);
        }

        past.Advance(warm, false, closed);
        sink.History(file.Symbol, Interval.Second, past.Closed(HistoryBars), derive: true);
        var pace = new Pace(time, speed);
        for (; more; more = trades.MoveNext())
        {
            await pace.UntilAsync(trades.Current.MarketTime, TimeSpan.FromMinutes(5), cancellationToken);
            sink.Trades([trades.Current]);
        }
    }

    /// <summary>The four trades a candle is told as; the volume is shared out exactly.</summary>
    public static IReadOnlyList<Trade> Expand(string symbol, ReplayBar bar, Interval interval)
    {
        var highFirst = bar.High - bar.Open <= bar.Open - bar.Low;
        var part = Math.Round(bar.Volume / 4, 8);
        var quarter = interval.Length / 4;
        return
        [
            new(symbol, bar.Open, part, bar.OpenTime),
            new(symbol, highFirst ? bar.High : bar.Low, part, bar.OpenTime + quarter),
            new(symbol, highFirst ? bar.Low : bar.High, part, bar.OpenTime + (2 * quarter)),
            new(symbol, bar.Close, bar.Volume - (3 * part), bar.OpenTime + (3 * quarter)),
        ];
    }

    /// <summary>Turns market time into waiting.</summary>
    private sealed class Pace(TimeProvider time, decimal speed)
    {
        private readonly long _start = time.GetTimestamp();
        private DateTimeOffset? _origin;
        private DateTimeOffset _last;

        public async Task UntilAsync(DateTimeOffset market, TimeSpan longestPause, CancellationToken cancellationToken)
        {
            _origin ??= market;
            // An outage of the exchange is not waited out.
            if (_last != default && market - _last > longestPause)
            {
                _origin += market - _last - longestPause;
            }

            _last = market;
            var due = (market - _origin.Value) / (double)speed;
            var wait = due - time.GetElapsedTime(_start);
            if (wait > Slice)
            {
                await Task.Delay(wait, time, cancellationToken);
            }

            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}

internal static partial class ReplayFeedLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Replay of {File} ended")]
    public static partial void End(ILogger logger, string file);

    [LoggerMessage(Level = LogLevel.Error, Message = "Replay stopped: {Error}")]
    public static partial void Broken(ILogger logger, string error);
}
