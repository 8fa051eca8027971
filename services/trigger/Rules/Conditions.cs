using System.Globalization;
using TradingSystem.Contracts.Bus;

namespace TradingSystem.Trigger.Rules;

/// <summary>One clause as it was found.</summary>
/// <param name="Path">Where it stands in the rule, e.g. when.all[0].</param>
/// <param name="Left">What was looked at.</param>
/// <param name="LeftValue">As a figure; null where it was not known.</param>
/// <param name="Op">The operator.</param>
/// <param name="Right">What it was compared with; of a movement how far within what time.</param>
/// <param name="RightValue">As a figure, of a movement how far it was, in per cent; null where it was not known.</param>
/// <param name="Result">What came of it; null where something was not known.</param>
public sealed record ClauseReading(string Path, string Left, decimal? LeftValue, string Op, string Right, decimal? RightValue, bool? Result);

/// <summary>The candle that closed. <c>At</c> is its end.</summary>
internal readonly record struct Close(DateTimeOffset At, Candle Candle);

/// <summary>
/// A condition over the closes of one symbol, one after another: true, false, or null where something is not known. It remembers what it needs to, so
/// each close is shown to all of it, once. Not thread-safe.
/// </summary>
internal abstract class Condition
{
    private bool? _said;

    /// <summary>A clause of it said something else at the last close than at the one before, on whichever side of a gap that was.</summary>
    public virtual bool HasFlipped { get; private set; }

    /// <summary>Each clause was known at least once since the last gap: what is not known now is a hole, not a warm-up.</summary>
    public virtual bool IsWarm { get; private set; }

    /// <summary>What it is true of is over with the candle, as a cross: each time is news.</summary>
    public virtual bool IsMoment => false;

    /// <summary>Which way the market went, by a clause that knows; null where none is true that does.</summary>
    public virtual string? Direction => null;

    /// <summary>How far it went, in per cent; null as <see cref="Direction"/>.</summary>
    public virtual decimal? ChangePct => null;

    public abstract bool? Look(in Close close);

    /// <summary>Candles lack between the last close and the next.</summary>
    public virtual void Gap() => IsWarm = false;

    /// <summary>The clauses as they were found last, in the order in which they were written.</summary>
    public abstract void Tell(List<ClauseReading> clauses);

    /// <param name="written">As <see cref="RuleReader"/> let it pass.</param>
    /// <param name="path">Where it stands in its rule.</param>
    public static Condition Of(RuleCondition written, Readings readings, string path = "when")
    {
        var condition = Plain(written, readings, path);
        return written.ForS is { } seconds ? new Lasting($"{path}.for_s", condition, TimeSpan.FromSeconds((double)seconds)) : condition;
    }

    /// <summary>What a clause says of a close; once for each.</summary>
    protected bool? Say(bool? found)
    {
        HasFlipped = found != _said;
        IsWarm |= found is not null;
        return _said = found;
    }

    private static Condition Plain(RuleCondition written, Readings readings, string path) => written switch
    {
        { All: { } all } => new Several([.. all.Select((c, i) => Of(c, readings, $"{path}.all[{i}]"))], isAll: true),
        { Any: { } any } => new Several([.. any.Select((c, i) => Of(c, readings, $"{path}.any[{i}]"))], isAll: false),
        { Not: { } not } => new Opposite(Of(not, readings, $"{path}.not")),
        { Left: { } left, Op: { } op, Right: { } right } when RuleWords.Comparisons.Contains(op) =>
            new Comparison(path, readings.Of(left), op, readings.Of(right)),
        { Left: { } left, Op: { } op, Right: { } right } => new Crossing(path, readings.Of(left), op, readings.Of(right)),
        { Left.Candle: { } field, Op: { } op, ByPct: { } by, WithinS: { } within } => new Movement(path, field, op, by, TimeSpan.FromSeconds((double)within)),
        _ => throw new ArgumentException("a condition that its reader would not let pass", nameof(written)),
    };
}

/// <summary>All of them, or any.</summary>
internal sealed class Several(Condition[] conditions, bool isAll) : Condition
{
    private readonly bool?[] _found = new bool?[conditions.Length];

    public override bool HasFlipped => Array.Exists(conditions, c => c.HasFlipped);

    public override bool IsWarm => Array.TrueForAll(conditions, c => c.IsWarm);

    public override bool IsMoment { get; } = isAll ? conditions.Any(c => c.IsMoment) : conditions.All(c => c.IsMoment);

    public override string? Direction => conditions.Where((_, i) => _found[i] == true).Select(c => c.Direction).FirstOrDefault(d => d is not null);

    public override decimal? ChangePct => conditions.Where((_, i) => _found[i] == true).Select(c => c.ChangePct).FirstOrDefault(d => d is not null);

    public override bool? Look(in Close close)
    {
        bool? all = isAll;
        for (var i = 0; i < conditions.Length; i++)
        {
            // Every one of them has to see every close.
            _found[i] = conditions[i].Look(close);
            all = isAll ? all & _found[i] : all | _found[i];
        }

        return all;
    }

    public override void Gap() => Array.ForEach(conditions, c => c.Gap());

    public override void Tell(List<ClauseReading> clauses) => Array.ForEach(conditions, c => c.Tell(clauses));
}

internal sealed class Opposite(Condition condition) : Condition
{
    public override bool HasFlipped => condition.HasFlipped;

    public override bool IsWarm => condition.IsWarm;

    public override bool? Look(in Close close) => !condition.Look(close);

    public override void Gap() => condition.Gap();

    public override void Tell(List<ClauseReading> clauses) => condition.Tell(clauses);
}

/// <summary>True when it was true at every close for so long.</summary>
internal sealed class Lasting(string path, Condition condition, TimeSpan length) : Condition
{
    private DateTimeOffset? _since;
    private TimeSpan? _lasted;
    private bool? _found;

    // It may have been true since then, for it was false before: null while it is false, the beginning of time where it was not seen to be false.
    private DateTimeOffset? _earliest = DateTimeOffset.MinValue;

    public override bool HasFlipped => base.HasFlipped || condition.HasFlipped;

    public override bool IsWarm => base.IsWarm && condition.IsWarm;

    public override bool? Look(in Close close)
    {
        var found = condition.Look(close);
        if (found == true)
        {
            (_since, _earliest) = (_since ?? close.At, _earliest ?? close.At);
            _lasted = close.At - _since;
            found = _lasted >= length ? true : close.At - _earliest < length ? false : null;
        }
        else if (found == false)
        {
            (_since, _earliest, _lasted) = (null, null, TimeSpan.Zero);
        }
        else
        {
            (_since, _earliest, _lasted) = (null, condition.IsWarm ? _earliest ?? close.At : DateTimeOffset.MinValue, null);
        }

        return _found = Say(found);
    }

    public override void Gap()
    {
        base.Gap();
        (_since, _earliest) = (null, DateTimeOffset.MinValue);
        condition.Gap();
    }

    public override void Tell(List<ClauseReading> clauses)
    {
        condition.Tell(clauses);
        clauses.Add(new(
            path, "seconds that it has been true", (decimal?)_lasted?.TotalSeconds, RuleWords.Gte, string.Create(CultureInfo.InvariantCulture, $"{length.TotalSeconds}"),
            (decimal)length.TotalSeconds, _found));
    }
}

internal sealed class Comparison(string path, Reading left, string op, Reading right) : Condition
{
    private readonly bool _isAbove = op is RuleWords.Gt or RuleWords.Gte;
    private readonly bool _isEqual = op is RuleWords.Gte or RuleWords.Lte;
    private bool? _found;

    public override bool? Look(in Close close) =>
        _found = Say(left.Value is not { } a || right.Value is not { } b ? null : (_isAbove ? a > b : a < b) || (_isEqual && a == b));

    public override void Tell(List<ClauseReading> clauses) =>
        clauses.Add(new(path, left.Text, Figures.Computed(left.Value), op, right.Text, Figures.Computed(right.Value), _found));
}

/// <summary>True at the close at which left is on the other side of right than it was when it last was on one.</summary>
internal sealed class Crossing(string path, Reading left, string op, Reading right) : Condition
{
    private int _side;
    private bool? _found;

    public override bool IsMoment => true;

    public override string? Direction => _found == true ? _side > 0 ? RuleWords.Up : RuleWords.Down : null;

    public override bool? Look(in Close close)
    {
        if (left.Value is not { } a || right.Value is not { } b)
        {
            return _found = Say(null);
        }

        var (before, side) = (_side, a.CompareTo(b));
        _side = side == 0 ? before : side;
        return _found = Say(
            before == 0 ? null
            : side != 0 && side != before && op != (side > 0 ? RuleWords.CrossesBelow : RuleWords.CrossesAbove));
    }

    public override void Gap()
    {
        base.Gap();
        _side = 0;
    }

    public override void Tell(List<ClauseReading> clauses) =>
        clauses.Add(new(path, left.Text, Figures.Computed(left.Value), op, right.Text, Figures.Computed(right.Value), _found));
}
