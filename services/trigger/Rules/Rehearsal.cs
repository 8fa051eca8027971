using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Blackouts;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Market;
using TradingSystem.Trigger.Storm;

namespace TradingSystem.Trigger.Rules;

/// <summary>What the price did in the minutes after an event, in basis points of the close that raised it; null where candles lack of that time.</summary>
/// <param name="Minutes">How long after.</param>
/// <param name="ChangeBps">At their end.</param>
/// <param name="HighestBps">At the highest.</param>
/// <param name="LowestBps">At the lowest.</param>
public sealed record Aftermath(int Minutes, decimal? ChangeBps, decimal? HighestBps, decimal? LowestBps);

/// <summary>Rules over recorded candles of one symbol, looked at by the very code that looks at them live.</summary>
/// <param name="kept">Closed candles, oldest first; what lacks between them is a gap.</param>
/// <param name="length">Theirs.</param>
/// <param name="interval">Of the candles that rules are to look at: the same, or one that is made of them.</param>
public sealed class Rehearsal(IReadOnlyList<Candle> kept, Interval length, Interval interval)
{
    /// <summary>So many are told one by one.</summary>
    public const int Told = 1_000;

    private static readonly int[] After = [1, 5, 60];

    private readonly IReadOnlyList<Candle> _shown = interval == length || kept.Count == 0 ? kept : Longer(kept, length, interval);

    /// <summary>Those that rules look at.</summary>
    public IReadOnlyList<Candle> Candles => _shown;

    /// <summary>Spans without a candle.</summary>
    public int Gaps => _shown.Zip(_shown.Skip(1)).Count(p => p.Second.OpenTime != p.First.OpenTime + interval.Length);

    /// <summary>Whenever the rule was met, oldest first, with what held it back if something did.</summary>
    /// <param name="storm">Holds back what it would hold back of this rule alone; left out, nothing is.</param>
    /// <param name="muteOf">The blackout that all whom the rule is for are muted by at a time; null where they are not.</param>
    /// <param name="told">Of so many of them with the clauses.</param>
    public IReadOnlyList<Firing> Of(
        RuleDocument rule, StormOptions? storm = null, Func<DateTimeOffset, Mute?>? muteOf = null, int told = Told, CancellationToken cancellationToken = default)
    {
        var watch = new Watch(interval);
        watch.Add(new ArmedRule(Guid.Empty, 0, default, rule));
        var judge = storm is null ? null : new StormJudge(storm, (_, at) => muteOf?.Invoke(at));
        var met = new List<Firing>();
        foreach (var candle in _shown)
        {
            cancellationToken.ThrowIfCancellationRequested();
            met.AddRange(watch.Look(candle).Select(e => Judge(e.Firing!, judge)).Select(f => met.Count < told ? f : f with { Clauses = [] }));
        }

        return met;
    }

    /// <summary>What followed a firing.</summary>
    public IReadOnlyList<Aftermath> Following(Firing firing) => [.. After.Select(minutes => Following(firing, minutes))];

    private static Firing Judge(Firing firing, StormJudge? judge)
    {
        const string anybody = "*";
        if (judge is null || firing.HeldBack is not null)
        {
            return firing;
        }

        var signal = new Judged(Guid.CreateVersion7(firing.At), firing.Rule.Document.Priority ?? RuleEvents.UsualPriority, RuleEvents.Topic(firing), firing.Direction ?? "", "",
            firing.At, firing.At);
        return firing with { HeldBack = judge.Judge(signal, [anybody]).Holds is [var hold] ? hold.Reason : null };
    }

    private static List<Candle> Longer(IReadOnlyList<Candle> kept, Interval length, Interval interval)
    {
        var (candles, isTorn) = LongerCandles.Of(kept[0].Symbol, interval, length, kept);
        var end = kept[^1].OpenTime + length.Length;
        // The last one is whole if the last that is kept ends with it.
        return [.. candles.Where(c => c.Closed || (!isTorn && c.OpenTime + interval.Length == end)).Select(c => c with { Closed = true })];
    }

    private Aftermath Following(Firing firing, int minutes)
    {
        var (end, price) = (firing.At.AddMinutes(minutes), firing.Candle.Close);
        decimal? highest = null, lowest = null, last = null;
        var next = firing.At;
        for (var i = First(firing.At); i < kept.Count && kept[i].OpenTime == next && next < end; i++)
        {
            next += length.Length;
            highest = Math.Max(highest ?? kept[i].High, kept[i].High);
            lowest = Math.Min(lowest ?? kept[i].Low, kept[i].Low);
            last = kept[i].Close;
        }

        return next == end ? new(minutes, Bps(last), Bps(highest), Bps(lowest)) : new(minutes, null, null, null);

        decimal? Bps(decimal? at) => price > 0 && at is { } value ? Math.Round((value - price) * 10_000 / price, 2) : null;
    }

    /// <summary>Number of the first kept candle that opened at a time or later.</summary>
    private int First(DateTimeOffset time)
    {
        var (low, high) = (0, kept.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = kept[middle].OpenTime < time ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
