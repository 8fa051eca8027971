using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Candles;

namespace TradingSystem.Trigger.Feeds;

/// <summary>
/// A recorded market at <paramref name="speed"/> market seconds per wall second. A candle becomes four trades: open, the nearer of high
/// and low, the other, close. The file's beginning is told as history, so that rules and charts are warm from the first price.
/// How far it may tell is kept ahead of every price, so a start goes on behind what was told and never tells anything twice; what lies between
/// is told as candles. A file that has ended stays so, unless <paramref name="anew"/> begins it again at every start.
/// </summary>
public sealed partial class ReplayFeed(ReplayFile file, decimal speed, bool anew, PatientFeedStates states, TimeProvider time, ILogger<ReplayFeed> log) : IMarketFeed
{
    public const string Ended = "replay ended";

    private const int HistoryBars = 200;
    private const int HistorySeconds = 200;

    // A hundred quarters of an hour, which the hosted groups' analysts look at.
    private static readonly TimeSpan HistorySpan = TimeSpan.FromHours(26);
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(50);

    // Wall time that one reservation lasts for: what a crash may leave out at most.
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(2);

    private readonly string _name = Path.GetFileName(file.Path);
    private readonly string _key = $"replay:{Path.GetFileName(file.Path)}:{new FileInfo(file.Path).Length}";
    private DateTimeOffset _reserved;

    public async Task RunAsync(IFeedSink sink, CancellationToken cancellationToken)
    {
        var kept = await states.ChangeAsync(_key, known => anew ? [] : known, cancellationToken);
        _reserved = kept.Count == 0 ? DateTimeOffset.MinValue : kept[^1].At;
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
        var most = (int)Math.Max(HistoryBars, HistorySpan.Ticks / file.Interval.Length.Ticks);
        var history = Math.Min(most, file.Bars().Take(2 * most).Count() / 2);
        using var bars = file.Bars().GetEnumerator();
        var past = new Queue<Candle>(history);
        var more = bars.MoveNext();
        for (var i = 0; more && (i < history || bars.Current.OpenTime < _reserved); i++, more = bars.MoveNext())
        {
            var b = bars.Current;
            past.Enqueue(new Candle(file.Symbol, file.Interval.Name, b.OpenTime, b.Open, b.High, b.Low, b.Close, b.Volume, true));
            if (past.Count > most)
            {
                past.Dequeue();
            }
        }

        sink.History(file.Symbol, file.Interval, [.. past], derive: true);
        var pace = new Pace(time, speed);
        for (; more; more = bars.MoveNext())
        {
            var bar = bars.Current;
            await ReserveAsync(bar.OpenTime, cancellationToken);
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
        var warm = trades.Current.MarketTime + TimeSpan.FromSeconds(HistorySeconds);
        warm = warm > _reserved ? warm : _reserved;
        for (; more && trades.Current.MarketTime < warm; more = trades.MoveNext())
        {
            var t = trades.Current;
            past.Apply(t.MarketTime, t.Price, t.Price, t.Price, t.Price, t.Quantity, closed);
            closed.Clear();
        }

        past.Advance(warm, false, closed);
        sink.History(file.Symbol, Interval.Second, past.Closed(HistoryBars), derive: true);
        if (warm == _reserved)
        {
            // It goes on in the middle of bars whose beginning is not told again.
            sink.Torn();
        }

        var pace = new Pace(time, speed);
        for (; more; more = trades.MoveNext())
        {
            await ReserveAsync(trades.Current.MarketTime, cancellationToken);
            await pace.UntilAsync(trades.Current.MarketTime, TimeSpan.FromMinutes(5), cancellationToken);
            sink.Trades([trades.Current]);
        }
    }

    /// <summary>Nothing from <paramref name="at"/> on is told before a start would know to go on behind it.</summary>
    private async Task ReserveAsync(DateTimeOffset at, CancellationToken cancellationToken)
    {
        if (at < _reserved)
        {
            return;
        }

        // Market time that passes within it; a candle is told whole or not at all.
        var span = Ahead * (double)speed;
        _reserved = at + (span > file.Interval.Length ? span : file.Interval.Length);
        await states.ChangeAsync(_key, _ => [new FeedState(_reserved, "")], cancellationToken);
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
    [LoggerMessage(Level = LogLevel.Information, Message = "Replay of {File} has ended; TRIGGER__REPLAY__ANEW=true begins it again at a start")]
    public static partial void End(ILogger logger, string file);

    [LoggerMessage(Level = LogLevel.Error, Message = "Replay stopped: {Error}")]
    public static partial void Broken(ILogger logger, string error);
}
