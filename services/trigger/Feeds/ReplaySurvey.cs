using System.Globalization;
using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Candles;

namespace TradingSystem.Trigger.Feeds;

/// <summary>What a file lacks, from one reading of all its rows.</summary>
public sealed class ReplaySurvey
{
    /// <summary>More are counted and not listed.</summary>
    public const int MostGaps = 100;

    private readonly ReplayTally _tally = new();
    private readonly List<MarketGap> _gaps = [];
    private readonly ReplayPlaces _spans = new();
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
        }

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
        }

        return survey.Told();
    }

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private void Add(MarketGap? gap, long lacking)
    {
        _lacking += lacking;
        if (gap is null)
        {
            return;
        }

        _spans.Add($"{Time(gap.From)} to {Time(gap.To)} UTC");
        if (_gaps.Count < MostGaps)
        {
            _gaps.Add(gap);
        }
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

        if (_tally.CutShort.Count > 0)
        {
            remarks.Add($"bars that ended before their time are left out: {_tally.CutShort}");
        }

        if (_tally.CutOff.Count > 0)
        {
            remarks.Add($"a last row that ends in the middle is left out: {_tally.CutOff}");
        }

        if (_tally.Duplicates > 0)
        {
            remarks.Add(string.Create(CultureInfo.InvariantCulture, $"{_tally.Duplicates} rows are in two files alike and told once"));
        }

        Remarks = remarks;
        return this;
    }
}
