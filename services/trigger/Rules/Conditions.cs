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
/// A rule's condition over the closes of one symbol, one after another: true, false, or null where something is not known. Its clauses have seen each close
/// before it is looked at; a close at which none of them stirs need not be shown to it, unless it <see cref="IsWaiting"/>. Not thread-safe.
/// </summary>
internal abstract class Condition
{
    /// <summary>A clause of it said something else at the last close than at the one before, on whichever side of a gap that was.</summary>
    public abstract bool HasFlipped { get; }

    /// <summary>Each clause was known at least once since the last gap: what is not known now is a hole, not a warm-up.</summary>
    public abstract bool IsWarm { get; }

    /// <summary>What it is true of is over with the candle, as a cross: each time is news.</summary>
    public virtual bool IsMoment => false;

    /// <summary>Time alone may change what it says, with no clause of it stirring.</summary>
    public abstract bool IsWaiting { get; }

    /// <summary>Which way the market went, by a clause that knows; null where none is true that does.</summary>
    public virtual string? Direction => null;

    /// <summary>How far it went, in per cent; null as <see cref="Direction"/>.</summary>
    public virtual decimal? ChangePct => null;

    /// <summary>Every clause in it, one that stands there twice as well.</summary>
    public abstract IEnumerable<Clause> Clauses { get; }

    /// <exception cref="OverflowException">A figure that no number holds.</exception>
    public abstract bool? Look(in Close close);

    /// <summary>Candles lack between the last close and the next.</summary>
    public abstract void Gap();

    /// <summary>The clauses as they were found last, in the order in which they were written.</summary>
    public abstract void Tell(List<ClauseReading> clauses);

    /// <param name="written">As <see cref="RuleReader"/> let it pass.</param>
    /// <param name="clauses">Those of all rules that look at the same candles.</param>
    /// <param name="path">Where it stands in its rule.</param>
    public static Condition Of(RuleCondition written, ClauseSet clauses, string path = "when")
    {
        var condition = Plain(written, clauses, path);
        return written.ForS is { } seconds ? new Lasting($"{path}.for_s", condition, TimeSpan.FromSeconds((double)seconds)) : condition;
    }

    private static Condition Plain(RuleCondition written, ClauseSet clauses, string path) => written switch
    {
        { All: { } all } => new Several([.. all.Select((c, i) => Of(c, clauses, $"{path}.all[{i}]"))], isAll: true),
        { Any: { } any } => new Several([.. any.Select((c, i) => Of(c, clauses, $"{path}.any[{i}]"))], isAll: false),
        { Not: { } not } => new Opposite(Of(not, clauses, $"{path}.not")),
        _ => new Stated(path, clauses.Of(written)),
    };
}

/// <summary>A clause, where it stands in one rule.</summary>
internal sealed class Stated(string path, Clause clause) : Condition
{
    public override bool HasFlipped => clause.HasFlipped;

    public override bool IsWarm => clause.IsWarm;

    public override bool IsMoment => clause.IsMoment;

    public override bool IsWaiting => false;

    public override string? Direction => clause.Direction;

    public override decimal? ChangePct => clause.ChangePct;

    public override IEnumerable<Clause> Clauses => [clause];

    public override bool? Look(in Close close) => clause.Found;

    /// <summary>The clause is told by who shows it the closes.</summary>
    public override void Gap()
    {
    }

    public override void Tell(List<ClauseReading> clauses) => clauses.Add(clause.Read(path));
}

/// <summary>All of them, or any.</summary>
internal sealed class Several(Condition[] conditions, bool isAll) : Condition
{
    private readonly bool?[] _found = new bool?[conditions.Length];

    public override bool HasFlipped => Array.Exists(conditions, c => c.HasFlipped);

    public override bool IsWarm => Array.TrueForAll(conditions, c => c.IsWarm);

    public override bool IsMoment { get; } = isAll ? conditions.Any(c => c.IsMoment) : conditions.All(c => c.IsMoment);

    public override bool IsWaiting => Array.Exists(conditions, c => c.IsWaiting);

    public override string? Direction => conditions.Where((_, i) => _found[i] == true).Select(c => c.Direction).FirstOrDefault(d => d is not null);

    public override decimal? ChangePct => conditions.Where((_, i) => _found[i] == true).Select(c => c.ChangePct).FirstOrDefault(d => d is not null);

    public override IEnumerable<Clause> Clauses => conditions.SelectMany(c => c.Clauses);

    public override bool? Look(in Close close)
    {
        bool? all = isAll;
        for (var i = 0; i < conditions.Length; i++)
        {
            // Every one of them has to see the close: a length of time goes on in it whatever the others say.
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

    public override bool IsWaiting => condition.IsWaiting;

    public override IEnumerable<Clause> Clauses => condition.Clauses;

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
    private bool _isTrue;
    private bool _hasFlipped;
    private bool _isWarm;

    // It may have been true since then, for it was false before: null while it is false, the beginning of time where it was not seen to be false.
    private DateTimeOffset? _earliest = DateTimeOffset.MinValue;

    public override bool HasFlipped => _hasFlipped || condition.HasFlipped;

    public override bool IsWarm => _isWarm && condition.IsWarm;

    // What is true goes on for longer at each close, until it has for long enough.
    public override bool IsWaiting => (_isTrue && _found != true) || condition.IsWaiting;

    public override IEnumerable<Clause> Clauses => condition.Clauses;

    public override bool? Look(in Close close)
    {
        var found = condition.Look(close);
        _isTrue = found == true;
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

        (_hasFlipped, _isWarm) = (found != _found, _isWarm || found is not null);
        return _found = found;
    }

    public override void Gap()
    {
        _isWarm = false;
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
