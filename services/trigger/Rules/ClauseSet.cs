using System.Globalization;

namespace TradingSystem.Trigger.Rules;

/// <summary>
/// Every clause of the rules that look at one symbol's candles of one interval: each is made and shown a close once, however many rules have it. Clauses are
/// kept by what they do, for a list of one kind is walked without asking each which it is. Not thread-safe.
/// </summary>
internal sealed class ClauseSet
{
    private readonly Readings _readings = new();
    private readonly Dictionary<object, Clause> _known = [];
    private readonly List<Comparison> _comparisons = [];
    private readonly List<Crossing> _crossings = [];
    private readonly List<MovementSpan> _spans = [];

    /// <param name="written">Of one clause, as <see cref="RuleReader"/> let it pass.</param>
    public Clause Of(RuleCondition written) => written switch
    {
        { Left: { } left, Op: { } op, Right: { } right } => Of(_readings.Of(left), op, _readings.Of(right)),
        { Left.Candle: { } field, Op: { } op, ByPct: { } by, WithinS: { } within } => Of(field, op, by, TimeSpan.FromSeconds((double)within)),
        _ => throw new ArgumentException("a condition that its reader would not let pass", nameof(written)),
    };

    /// <summary>The candle that closed, once for each.</summary>
    public void Add(in Close close)
    {
        _readings.Add(close.Candle);
        foreach (var comparison in _comparisons)
        {
            comparison.Look();
        }

        foreach (var crossing in _crossings)
        {
            crossing.Look();
        }

        foreach (var span in _spans)
        {
            span.Add(close);
        }
    }

    /// <summary>Candles lack between the last and the next.</summary>
    public void Gap()
    {
        _readings.Reset();
        foreach (var clause in _known.Values)
        {
            clause.Gap();
        }
    }

    // Readings are one for each operand as it is told, so those of equal clauses are the same.
    private Clause Of(Reading left, string op, Reading right) => Known((left, op, right), () => RuleWords.Comparisons.Contains(op)
        ? Kept(_comparisons, new(left, op, right))
        : Kept(_crossings, new(left, op, right)));

    // By the number's text: 5 and 5.0 per cent are one movement, but each rule's readings say it as the rule does.
    private Clause Of(string field, string op, decimal by, TimeSpan within) => Known(
        (field, op, by.ToString(CultureInfo.InvariantCulture), within),
        () => (_spans.Find(s => s.Field == field && s.Within == within) ?? Kept(_spans, new(field, within))).Add(op, by));

    private Clause Known(object key, Func<Clause> make) => _known.TryGetValue(key, out var known) ? known : _known[key] = make();

    private static T Kept<T>(List<T> all, T one)
    {
        all.Add(one);
        return one;
    }
}
