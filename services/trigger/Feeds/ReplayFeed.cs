using System.Globalization;
using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Candles;

namespace TradingSystem.Trigger.Feeds;

/// <summary>
/// A recorded market at <paramref name="speed"/> market seconds per wall second. A candle becomes four trades: open, the nearer of high
/// and low, the other, close. The file's beginning is told as history, so that rules and charts are warm from the first price.
/// How far it may tell is kept ahead of every price, so a start goes on behind what was told and never tells anything twice; what lies between
/// is told as candles. A file that has ended stays so, unless <paramref name="anew"/> begins it again at every start.
/// What the file lacks is told at the start and passed over as a gap.
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
    private readonly Lock _telling = new();
    private DateTimeOffset _reserved;
    private FeedStatus _status = null!;
    private string _notice = "";
    private ReplaySurvey? _survey;

    public async Task RunAsync(IFeedSink sink, CancellationToken cancellationToken)
    {
        var kept = await states.ChangeAsync(_key, known => anew ? [] : known, cancellationToken);
        _reserved = kept.Count == 0 ? DateTimeOffset.MinValue : kept[^1].At;
        _status = new FeedStatus(FeedStatus.Replay, _key, file.Interval, file.Interval, [file.Symbol], null);
        Tell(sink, () => _notice = string.Create(CultureInfo.InvariantCulture, $"replay of {_name} at {speed}x"));
        var surveying = SurveyAsync(sink, cancellationToken);
        string notice;
        var ended = false;
        try
        {
            await (file.IsTrades ? PlayTradesAsync(sink, cancellationToken) : PlayBarsAsync(sink, cancellationToken));
            (notice, ended) = (Ended, true);
            ReplayFeedLog.End(log, _name);
        }
        catch (Exception e) when (e is ReplayFormatException or IOException)
        {
            notice = $"replay stopped: {e.Message}";
            ReplayFeedLog.Broken(log, e.Message);
        }

        // Who hears that it is over hears what it lacked as well.
        await surveying;
        // The last price stays, and grows stale: a market that has ended must not look like one that stands still.
        Tell(sink, () => (_notice, _status) = (notice, _status with { IsOver = ended }));
        await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
    }

    /// <summary>Tells what the file lacks: of candles at once, of trades as soon as all were read, which does not hold up the first of them.</summary>
    private async Task SurveyAsync(IFeedSink sink, CancellationToken cancellationToken)
    {
        try
        {
            var survey = file.Survey ?? await Task.Run(() => file.SurveyTrades(cancellationToken), cancellationToken);
            foreach (var remark in survey.Remarks)
            {
                ReplayFeedLog.Lacks(log, _name, remark);
            }

            Tell(sink, () => (_survey, _status) = (survey, _status with { Gaps = survey.Gaps }));
        }
        catch (Exception e) when (e is ReplayFormatException or IOException)
        {
            // Playing comes to it as well, and says so.
            ReplayFeedLog.Broken(log, e.Message);
        }
    }

    private void Tell(IFeedSink sink, Action change)
    {
        lock (_telling)
        {
            change();
            sink.Started(_status with { Notice = string.Join("; ", [_notice, .. _survey?.Remarks ?? []]) });
        }
    }

    private void PassOver(IFeedSink sink, DateTimeOffset from, DateTimeOffset to)
    {
        ReplayFeedLog.Gap(log, _name, from, to);
        sink.Gap(to);
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
        var end = past.Count == 0 ? DateTimeOffset.MaxValue : past.Last().OpenTime + file.Interval.Length;
        var pace = new Pace(time, speed);
        for (; more; more = bars.MoveNext())
        {
            var bar = bars.Current;
            await ReserveAsync(bar.OpenTime, cancellationToken);
            if (bar.OpenTime > end)
            {
                PassOver(sink, end, bar.OpenTime);
            }

            end = bar.OpenTime + file.Interval.Length;
            foreach (var trade in Expand(file.Symbol, bar, file.Interval))
            {
                await pace.UntilAsync(trade.MarketTime, file.Interval.Length * 2, cancellationToken);
                sink.Trades([trade]);
            }

            await pace.UntilAsync(end, file.Interval.Length * 2, cancellationToken);
            sink.Advance(end);
        }
    }

    private async Task PlayTradesAsync(IFeedSink sink, CancellationToken cancellationToken)
    {
        using var trades = file.Ticks(new()).GetEnumerator();
        var past = new CandleSeries(file.Symbol, Interval.Second, HistoryBars);
        var closed = new List<Candle>();
        var more = trades.MoveNext();
        var last = trades.Current;
        var warm = last.Trade.MarketTime + TimeSpan.FromSeconds(HistorySeconds);
        warm = warm > _reserved ? warm : _reserved;
        for (; more && trades.Current.Trade.MarketTime < warm; more = trades.MoveNext())
        {
            var t = trades.Current.Trade;
            if (trades.Current.IsBehindGap(last))
            {
                past.Miss(t.MarketTime);
            }

            // Seconds without a trade, as many as there are.
            do
            {
                closed.Clear();
                past.Advance(t.MarketTime, true, closed);
            }
            while (closed.Count > 0);
            past.Apply(t.MarketTime, t.Price, t.Price, t.Price, t.Price, t.Quantity, closed);
            last = trades.Current;
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
            var now = trades.Current;
            await ReserveAsync(now.Trade.MarketTime, cancellationToken);
            await pace.UntilAsync(now.Trade.MarketTime, TimeSpan.FromMinutes(5), cancellationToken);
            if (now.IsBehindGap(last))
            {
                PassOver(sink, last.Trade.MarketTime, now.Trade.MarketTime);
            }

            sink.Trades([now.Trade]);
            last = now;
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "Replay of {File}: {Remark}")]
    public static partial void Lacks(ILogger logger, string file, string remark);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Replay of {File} has nothing from {From:O} to {To:O}; no bar is made of it")]
    public static partial void Gap(ILogger logger, string file, DateTimeOffset from, DateTimeOffset to);

    [LoggerMessage(Level = LogLevel.Error, Message = "Replay stopped: {Error}")]
    public static partial void Broken(ILogger logger, string error);
}
