using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Candles;

namespace TradingSystem.Trigger.Rules;

/// <summary>The rules that look at one symbol's candles of one interval. Not thread-safe.</summary>
internal sealed class Watch(Interval interval)
{
    private readonly Readings _readings = new();
    private readonly List<RuleRun> _runs = [];
    private DateTimeOffset? _next;

    public IReadOnlyList<RuleRun> Runs => _runs;

    /// <summary>It has these rules, in these versions and no others.</summary>
    public bool Has(IReadOnlyList<ArmedRule> rules) => _runs.Select(r => (r.Rule.Id, r.Rule.Version)).SequenceEqual(rules.Select(r => (r.Id, r.Version)));

    /// <summary>It was shown a candle.</summary>
    public bool IsShown => _next is not null;

    /// <param name="since">As <see cref="RuleRun"/> takes it, and <paramref name="told"/> too.</param>
    /// <param name="fired">When it raised its last event, as far as that is known.</param>
    public void Add(ArmedRule rule, DateTimeOffset? since = null, DateTimeOffset? told = null, DateTimeOffset? fired = null) =>
        _runs.Add(new RuleRun(rule, Condition.Of(rule.Document.When, _readings), since, told) { FiredAt = fired });

    /// <summary>The same, shown nothing yet, where all was told up to a moment.</summary>
    public Watch Renew(DateTimeOffset? told)
    {
        var fresh = new Watch(interval);
        _runs.ForEach(r => fresh.Add(r.Rule, r.Since, told, r.FiredAt));
        return fresh;
    }

    /// <summary>What the rules say of the candle that closed; behind a gap they begin anew.</summary>
    public List<Firing> Look(Candle candle)
    {
        if (_next is { } next && candle.OpenTime != next)
        {
            _readings.Reset();
            _runs.ForEach(r => r.Gap());
        }

        _next = candle.OpenTime + interval.Length;
        _readings.Add(candle);
        var close = new Close(_next.Value, candle);
        var firings = new List<Firing>();
        foreach (var run in _runs)
        {
            try
            {
                if (run.Look(close) is { } firing)
                {
                    firings.Add(firing);
                }
            }
            catch (OverflowException)
            {
                // A figure that no number holds, of a recording that nobody made in earnest: nothing is known of it.
            }
        }

        return firings;
    }
}
