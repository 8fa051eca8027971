using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Candles;

namespace TradingSystem.Trigger.Rules;

/// <summary>The rules that look at one symbol's candles of one interval. Not thread-safe.</summary>
internal sealed class Watch(Interval interval)
{
    private readonly ClauseSet _clauses = new();
    private readonly List<RuleRun> _runs = [];
    private DateTimeOffset? _next;

    public IReadOnlyList<RuleRun> Runs => _runs;

    /// <summary>It has these rules, in these versions and no others.</summary>
    public bool Has(IReadOnlyList<ArmedRule> rules) => _runs.Select(r => (r.Rule.Id, r.Rule.Version)).SequenceEqual(rules.Select(r => (r.Id, r.Version)));

    /// <summary>It was shown a candle.</summary>
    public bool IsShown => _next is not null;

    /// <summary>Before the first candle: its clauses may be those of other rules as well, and all of them are shown the same candles.</summary>
    public void Add(ArmedRule rule, RulePast past = default)
    {
        var condition = Condition.Of(rule.Document.When, _clauses);
        var run = new RuleRun(rule, condition, past);
        foreach (var clause in condition.Clauses.Distinct())
        {
            clause.Wakes(run);
        }

        _runs.Add(run);
    }

    /// <summary>The same, shown nothing yet, where all was told up to a moment.</summary>
    public Watch Renew(DateTimeOffset? told)
    {
        var fresh = new Watch(interval);
        _runs.ForEach(r => fresh.Add(r.Rule, r.Past(told)));
        return fresh;
    }

    /// <summary>What the rules say of the candle that closed; behind a gap they begin anew.</summary>
    /// <param name="keeps">Not only what is news is told, but also where a clause says something else.</param>
    public IReadOnlyList<Evaluation> Look(Candle candle, bool keeps = false)
    {
        if (_next is { } next && candle.OpenTime != next)
        {
            _clauses.Gap();
            _runs.ForEach(r => r.Gap());
        }

        var close = new Close(candle.OpenTime + interval.Length, candle);
        _next = close.At;
        _clauses.Add(close);
        // At most candles nobody has anything to say.
        List<Evaluation>? found = null;
        foreach (var run in _runs)
        {
            if (run.Rests(close.At, keeps))
            {
                continue;
            }

            try
            {
                if (run.Look(close, keeps) is { } evaluation)
                {
                    (found ??= []).Add(evaluation);
                }
            }
            catch (OverflowException)
            {
                // A figure that no number holds, of a recording that nobody made in earnest: nothing is known of it.
                run.Fail();
            }
        }

        return found ?? (IReadOnlyList<Evaluation>)[];
    }
}
