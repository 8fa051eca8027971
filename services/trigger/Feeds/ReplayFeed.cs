using System.Globalization;
using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Candles;

namespace TradingSystem.Trigger.Feeds;

/// <summary>
/// A recorded market at <paramref name="speed"/> market seconds per wall second. A candle becomes four trades: open, the nearer of high
/// and low, the other, close. Several symbols are told in the order of market time, and of their names where it is the same.
/// The recording's beginning is told as history, so that rules and charts are warm from the first price.
/// How far it may tell is kept ahead of every price, so a start goes on behind what was told and never tells anything twice; what lies between
/// is told as candles. A recording that has ended stays so, unless <paramref name="anew"/> begins it again at every start.
/// What it lacks is told at the start and passed over as a gap of the symbol that lacks it.
/// </summary>
public sealed partial class ReplayFeed(
    ReplayRecording recording, decimal speed, bool anew, PatientFeedStates states, TimeProvider time, ILogger<ReplayFeed> log) : IMarketFeed
{
    public const string Ended = "replay ended";

    private const int HistoryBars = 200;
    private const int HistorySeconds = 200;

    // A hundred quarters of an hour, which the hosted groups' analysts look at.
    private static readonly TimeSpan HistorySpan = TimeSpan.FromHours(26);
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(50);

    // Wall time that one reservation lasts for: what a crash may leave out at most.
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(2);

    private readonly string _name = recording.Name;
    private readonly string _key = recording.Key;
    private readonly Lock _telling = new();
    private DateTimeOffset _reserved;
    private FeedStatus _status = null!;
    private string _notice = "";
    private ReplaySurvey? _survey;

    public async Task RunAsync(IFeedSink sink, CancellationToken cancellationToken)
    {
        var kept = await states.ChangeAsync(_key, known => anew ? [] : known, cancellationToken);
        _reserved = kept.Count == 0 ? DateTimeOffset.MinValue : kept[^1].At;
        _status = new FeedStatus(FeedStatus.Replay, _key, recording.Interval, recording.Interval, recording.Symbols, null);
        Tell(sink, () => _notice = string.Create(CultureInfo.InvariantCulture, $"replay of {_name} at {speed}x"));
        var surveying = SurveyAsync(sink, cancellationToken);
        string notice;
        var ended = false;
        try
        {
            await (recording.IsTrades ? PlayTradesAsync(sink, cancellationToken) : PlayBarsAsync(sink, cancellationToken));
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

    /// <summary>Tells what the recording lacks: of candles at once, of trades as soon as all were read, which does not hold up the first of them.</summary>
    private async Task SurveyAsync(IFeedSink sink, CancellationToken cancellationToken)
    {
        try
        {
            var survey = recording.Survey ?? await Task.Run(() => recording.SurveyTrades(cancellationToken), cancellationToken);
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

    /// <summary>What begins without a history may begin in the middle of longer bars.</summary>
    private static void Begin(IFeedSink sink, string symbol, IReadOnlyList<Candle> past, DateTimeOffset? at)
    {
        if (past.Count == 0 && at is { } begin)
        {
            sink.Gap(symbol, begin);
        }
    }

    private void PassOver(IFeedSink sink, MarketGap? gap)
    {
        if (gap is not { Symbol: { } symbol })
        {
            return;
        }

        if (gap.To == DateTimeOffset.MaxValue)
        {
            ReplayFeedLog.Over(log, _name, symbol, gap.From);
        }
        else
        {
            ReplayFeedLog.Gap(log, _name, symbol, gap.From, gap.To);
        }

        sink.Gap(symbol, gap.To);
    }

    private async Task PlayBarsAsync(IFeedSink sink, CancellationToken cancellationToken)
    {
        var length = recording.Interval.Length;
        var most = (int)Math.Max(HistoryBars, HistorySpan.Ticks / length.Ticks);
        // Where the first of them has its history: of the others no less is played, and less shown.
        var start = recording.Files.Min(f => BarTrack.Begin(f, most)) ?? DateTimeOffset.MinValue;
        start = start > _reserved ? start : _reserved;
        List<BarTrack> tracks = [.. recording.Files.Select(f => new BarTrack(f))];
        try
        {
            foreach (var track in tracks)
            {
                var past = track.Past(start, most);
                sink.History(track.Symbol, recording.Interval, past, derive: true);
                Begin(sink, track.Symbol, past, track.Bar?.OpenTime);
            }

            var pace = new Pace(time, speed);
            while (tracks.Min(t => t.Bar?.OpenTime) is { } at)
            {
                await ReserveAsync(at, cancellationToken);
                tracks.ForEach(t => PassOver(sink, t.TakeGap()));
                var now = tracks.FindAll(t => t.Bar?.OpenTime == at);
                var trades = now.ConvertAll(t => Expand(t.Symbol, t.Bar!.Value, recording.Interval));
                for (var i = 0; i < trades[0].Count; i++)
                {
                    await pace.UntilAsync(trades[0][i].MarketTime, length * 2, cancellationToken);
                    sink.Trades([.. trades.Select(t => t[i])]);
                }

                await pace.UntilAsync(at + length, length * 2, cancellationToken);
                sink.Advance(at + length);
                now.ForEach(t => t.Step());
            }
        }
        finally
        {
            tracks.ForEach(t => t.Dispose());
        }
    }

    private async Task PlayTradesAsync(IFeedSink sink, CancellationToken cancellationToken)
    {
        var tracks = new List<TradeTrack>();
        try
        {
            foreach (var file in recording.Files)
            {
                tracks.Add(new TradeTrack(file));
            }

            var begin = tracks.Min(t => t.Trade?.Trade.MarketTime) ?? DateTimeOffset.MinValue;
            // A whole second: one of which the beginning was history and the end trades would be told as closed with half of them.
            var start = Interval.Second.Floor(begin + TimeSpan.FromSeconds(HistorySeconds + 1) - TimeSpan.FromTicks(1));
            start = start > _reserved ? start : _reserved;
            foreach (var track in tracks)
            {
                var past = track.Past(start, HistoryBars);
                sink.History(track.Symbol, Interval.Second, past, derive: true);
                Begin(sink, track.Symbol, past, track.Trade?.Trade.MarketTime);
            }

            if (start == _reserved)
            {
                // It goes on in the middle of bars whose beginning is not told again.
                sink.Torn();
            }

            var pace = new Pace(time, speed);
            while (tracks.Where(t => t.Trade is not null).MinBy(t => t.Trade!.Value.Trade.MarketTime) is { } track)
            {
                var trade = track.Trade!.Value.Trade;
                await ReserveAsync(trade.MarketTime, cancellationToken);
                await pace.UntilAsync(trade.MarketTime, TimeSpan.FromMinutes(5), cancellationToken);
                PassOver(sink, track.Gap);
                sink.Trades([trade]);
                track.Step();
            }
        }
        finally
        {
            tracks.ForEach(t => t.Dispose());
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
        _reserved = at + (span > recording.Interval.Length ? span : recording.Interval.Length);
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "Replay of {File} has nothing of {Symbol} from {From:O} to {To:O}; no bar is made of it")]
    public static partial void Gap(ILogger logger, string file, string symbol, DateTimeOffset from, DateTimeOffset to);

    [LoggerMessage(Level = LogLevel.Information, Message = "Replay of {File} has nothing more of {Symbol} from {From:O} on")]
    public static partial void Over(ILogger logger, string file, string symbol, DateTimeOffset from);

    [LoggerMessage(Level = LogLevel.Error, Message = "Replay stopped: {Error}")]
    public static partial void Broken(ILogger logger, string error);
}
