using System.Globalization;
using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Candles;

namespace TradingSystem.Trigger.Feeds;

/// <summary>What a file lacks and what had to be put right, from one reading of all its rows.</summary>
public sealed class ReplaySurvey
{
    /// <summary>More are counted and not listed.</summary>
    public const int MostGaps = 100;

    private readonly ReplayTally _tally = new();
    private readonly List<MarketGap> _gaps = [];
    private readonly ReplayPlaces _spans = new();
    private readonly ReplayPlaces _frozenSpans = new();
    private (DateTimeOffset From, DateTimeOffset To)? _frozen;
    private long _frozenBars;
    private (DateTimeOffset Begin, DateTimeOffset End)? _whole;
    private long _lacking;
    private string _unit = "";

    private ReplaySurvey()
    {
    }

    /// <summary>Oldest first, the first <see cref="MostGaps"/>.</summary>
    public IReadOnlyList<MarketGap> Gaps => _gaps;

    /// <summary>For people, one a kind of fault; empty for a file without any.</summary>
    public IReadOnlyList<string> Remarks { get; private set; } = [];

    /// <exception cref="ReplayFormatException">A row breaks a rule.</exception>
    internal static ReplaySurvey OfBars(ReplayFile file)
    {
        var survey = new ReplaySurvey { _unit = $"{file.Interval.Name} bars" };
        DateTimeOffset? end = null;
        foreach (var bar in file.Bars(survey._tally))
        {
            if (end is { } from && bar.OpenTime > from)
            {
                survey.Add(new(from, bar.OpenTime), (bar.OpenTime - from).Ticks / file.Interval.Length.Ticks);
            }

            end = bar.OpenTime + file.Interval.Length;
            survey._whole = (survey._whole?.Begin ?? bar.OpenTime, end.Value);
            survey.Freeze(bar, end.Value, file.Interval.Length);
        }

        survey.Thaw(file.Interval.Length);
        return survey.Told();
    }

    /// <exception cref="ReplayFormatException">A row breaks a rule.</exception>
    internal static ReplaySurvey OfTrades(ReplayFile file, CancellationToken cancellationToken)
    {
        var survey = new ReplaySurvey { _unit = "trades" };
        ReplayTrade? last = null;
        foreach (var trade in file.Ticks(survey._tally))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (last is { } before)
            {
                survey.Add(trade.IsBehindGap(before) ? new(before.Trade.MarketTime, trade.Trade.MarketTime) : null, trade.Lacking(before));
            }

            last = trade;
            survey._whole = (survey._whole?.Begin ?? trade.Trade.MarketTime, trade.Trade.MarketTime);
        }

        return survey.Told();
    }

    /// <summary>Of several symbols: each remark and gap names its own, and so is told what begins later or ends earlier than others.</summary>
    internal static ReplaySurvey Of(IReadOnlyList<(ReplayFile File, ReplaySurvey Survey)> all)
    {
        if (all.Count == 1)
        {
            return all[0].Survey;
        }

        var survey = new ReplaySurvey();
        var gaps = all.SelectMany(a => a.Survey._gaps.Select(g => g with { Symbol = a.File.Symbol }));
        survey._gaps.AddRange(gaps.OrderBy(g => g.From).ThenBy(g => g.Symbol, StringComparer.Ordinal).Take(MostGaps));
        var (begin, end) = (all.Min(a => a.Survey._whole?.Begin), all.Max(a => a.Survey._whole?.End));
        var remarks = new List<string>();
        foreach (var (file, own) in all)
        {
            // Trades neither begin nor end at the same moment.
            var apart = file.IsTrades ? ReplayTrade.LongestSilence : TimeSpan.Zero;
            if (own._whole?.Begin > begin + apart)
            {
                remarks.Add($"{file.Symbol}: begins later than others, at {Time(own._whole.Value.Begin)} UTC");
            }

            if (own._whole?.End < end - apart)
            {
                remarks.Add($"{file.Symbol}: ends before others, at {Time(own._whole.Value.End)} UTC");
            }

            remarks.AddRange(own.Remarks.Select(r => $"{file.Symbol}: {r}"));
        }

        survey.Remarks = remarks;
        return survey;
    }

    private static string Span(DateTimeOffset from, DateTimeOffset to) => $"{Time(from)} to {Time(to)} UTC";

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private void Add(MarketGap? gap, long lacking)
    {
        _lacking += lacking;
        if (gap is null)
        {
            return;
        }

        _spans.Add(Span(gap.From, gap.To));
        if (_gaps.Count < MostGaps)
        {
            _gaps.Add(gap);
        }
    }

    /// <summary>
    /// An exchange that is out gives bars that stand still. They are bars, with a price that nobody could trade at, so people are told. A quiet market has
    /// some of a minute, too: told are those of five minutes in a row, which among trades without ids are a gap.
    /// </summary>
    private void Freeze(in ReplayBar bar, DateTimeOffset end, TimeSpan length)
    {
        if (_frozen is { } known && (!bar.IsFrozen || known.To != bar.OpenTime))
        {
            Thaw(length);
        }

        if (bar.IsFrozen)
        {
            _frozen = (_frozen?.From ?? bar.OpenTime, end);
        }
    }

    private void Thaw(TimeSpan length)
    {
        if (_frozen is { } span && span.To - span.From >= ReplayTrade.LongestSilence)
        {
            _frozenSpans.Add(Span(span.From, span.To));
            _frozenBars += (span.To - span.From).Ticks / length.Ticks;
        }

        _frozen = null;
    }

    private ReplaySurvey Told()
    {
        var remarks = new List<string>();
        if (_spans.Count > 0)
        {
            remarks.Add(_lacking > 0 ? string.Create(CultureInfo.InvariantCulture, $"{_lacking} {_unit} are missing: {_spans}") : $"there are no {_unit}: {_spans}");
        }
        else if (_lacking > 0)
        {
            remarks.Add(string.Create(CultureInfo.InvariantCulture, $"{_lacking} {_unit} are missing, none for longer than a minute"));
        }

        if (_frozenBars > 0)
        {
            remarks.Add(string.Create(CultureInfo.InvariantCulture, $"{_frozenBars} {_unit} are without a trade: {_frozenSpans}"));
        }

        if (_tally.CutShort.Count > 0)
        {
            remarks.Add($"bars that ended before their time are left out: {_tally.CutShort}");
        }

        if (_tally.CutOff.Count > 0)
        {
            remarks.Add($"a last row that ends in the middle is left out: {_tally.CutOff}");
        }

        if (_tally.OutOfOrder.Count > 0)
        {
            remarks.Add(string.Create(CultureInfo.InvariantCulture, $"{_tally.OutOfOrder.Count} rows out of order are sorted: {_tally.OutOfOrder}"));
        }

        if (_tally.Twice.Count > 0)
        {
            remarks.Add(string.Create(CultureInfo.InvariantCulture, $"{_tally.Twice.Count} rows that are there twice are told once: {_tally.Twice}"));
        }

        Remarks = remarks;
        return this;
    }
}
