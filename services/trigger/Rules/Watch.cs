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

    public void Add(ArmedRule rule, RulePast past = default) => _runs.Add(new RuleRun(rule, Condition.Of(rule.Document.When, _readings), past));

    /// <summary>The same, shown nothing yet, where all was told up to a moment.</summary>
    public Watch Renew(DateTimeOffset? told)
    {
        var fresh = new Watch(interval);
        _runs.ForEach(r => fresh.Add(r.Rule, r.Past(told)));
        return fresh;
    }

    /// <summary>What the rules say of the candle that closed; behind a gap they begin anew.</summary>
    /// <param name="keeps">Not only what is news is told, but also where a clause says something else.</param>
    public List<Evaluation> Look(Candle candle, bool keeps = false)
    {
        if (_next is { } next && candle.OpenTime != next)
        {
            _readings.Reset();
            _runs.ForEach(r => r.Gap());
        }

        _next = candle.OpenTime + interval.Length;
        _readings.Add(candle);
        var close = new Close(_next.Value, candle);
        var found = new List<Evaluation>();
        foreach (var run in _runs)
        {
            try
            {
                if (run.Look(close, keeps) is { } evaluation)
                {
                    found.Add(evaluation);
                }
            }
            catch (OverflowException)
            {
                // A figure that no number holds, of a recording that nobody made in earnest: nothing is known of it.
            }
        }

        return found;
    }
}
