using TradingSystem.Contracts.Bus;

namespace TradingSystem.Trigger.Rules;

/// <summary>
/// A clause over the closes of one symbol's candles of one interval, each shown to it once: true, false, or null where something is not known. What it says
/// depends on them alone, so it is found once for all rules that have it, wherever it stands in them. Not thread-safe.
/// </summary>
internal abstract class Clause
{
    private readonly List<RuleRun> _rules = [];

    /// <summary>What it says of the last close.</summary>
    /// <exception cref="OverflowException">That was a figure that no number holds.</exception>
    public virtual bool? Found => Said;

    /// <summary>It said something else at the last close than at the one before, on whichever side of a gap that was.</summary>
    public bool HasFlipped { get; private set; }

    /// <summary>It was known at least once since the last gap.</summary>
    public bool IsWarm { get; private set; }

    /// <summary>What it is true of is over with the candle: each time is news.</summary>
    public virtual bool IsMoment => false;

    /// <summary>Which way the market went; null where it is not true, or does not know.</summary>
    public virtual string? Direction => null;

    /// <summary>How far it went, in per cent; null as <see cref="Direction"/>.</summary>
    public virtual decimal? ChangePct => null;

    protected bool? Said { get; private set; }

    /// <summary>The rule has to look at every close at which this stirs: it says something else than before, or is true for the one close.</summary>
    public void Wakes(RuleRun rule) => _rules.Add(rule);

    /// <summary>Candles lack between the last close and the next.</summary>
    public virtual void Gap() => IsWarm = false;

    /// <summary>As it was found last, as a part of a rule.</summary>
    /// <param name="path">Where it stands there.</param>
    public abstract ClauseReading Read(string path);

    /// <summary>What it says of a close; once for each.</summary>
    protected void Say(bool? found)
    {
        HasFlipped = found != Said;
        if (HasFlipped || (found == true && IsMoment))
        {
            Stir();
        }

        IsWarm |= found is not null;
        Said = found;
    }

    protected void Stir() => _rules.ForEach(r => r.Wake());
}

internal sealed class Comparison(Reading left, string op, Reading right) : Clause
{
    private readonly bool _isAbove = op is RuleWords.Gt or RuleWords.Gte;
    private readonly bool _isEqual = op is RuleWords.Gte or RuleWords.Lte;

    public void Look() => Say(left.Value is not { } a || right.Value is not { } b ? null : (_isAbove ? a > b : a < b) || (_isEqual && a == b));

    public override ClauseReading Read(string path) => new(path, left.Text, Figures.Computed(left.Value), op, right.Text, Figures.Computed(right.Value), Said);
}

/// <summary>True at the close at which left is on the other side of right than it was when it last was on one.</summary>
internal sealed class Crossing(Reading left, string op, Reading right) : Clause
{
    private int _side;

    public override bool IsMoment => true;

    public override string? Direction => Said == true ? _side > 0 ? RuleWords.Up : RuleWords.Down : null;

    public void Look()
    {
        if (left.Value is not { } a || right.Value is not { } b)
        {
            Say(null);
            return;
        }

        var (before, side) = (_side, a.CompareTo(b));
        _side = side == 0 ? before : side;
        Say(before == 0 ? null : side != 0 && side != before && op != (side > 0 ? RuleWords.CrossesBelow : RuleWords.CrossesAbove));
    }

    public override void Gap()
    {
        base.Gap();
        _side = 0;
    }

    public override ClauseReading Read(string path) => new(path, left.Text, Figures.Computed(left.Value), op, right.Text, Figures.Computed(right.Value), Said);
}
