using TradingSystem.Contracts.Bus;

namespace TradingSystem.Trigger.Rules;

/// <summary>A rule of which nothing is to be asked any more: checked, with its texts made ready.</summary>
/// <param name="Since">When this version was made.</param>
public sealed record ArmedRule(Guid Id, int Version, DateTimeOffset Since, RuleDocument Document)
{
    /// <summary>The event's texts.</summary>
    public RuleText Text { get; } = new(Document);
}

/// <summary>
/// A rule was met. <c>At</c> is the end of the candle, in market time; <c>ChangePct</c> is null unless something moved; <c>HeldBack</c> says what keeps it
/// from raising an event, one of <see cref="RuleWords.HoldsBack"/>, null where nothing does.
/// </summary>
public sealed record Firing(
    ArmedRule Rule, Candle Candle, DateTimeOffset At, string? Direction, decimal? ChangePct, IReadOnlyList<ClauseReading> Clauses, string? HeldBack = null);

/// <summary>
/// What came of showing a rule a close. <c>Met</c> is null where something was not known; <c>Firing</c> is null where there was nothing new to say;
/// <c>IsChange</c> says that it is worth keeping: it is news, or a clause says something else than was kept last.
/// </summary>
internal sealed record Evaluation(ArmedRule Rule, DateTimeOffset At, bool? Met, IReadOnlyList<ClauseReading> Clauses, Firing? Firing, bool IsChange);

/// <summary>What a rule is told of its own past.</summary>
/// <param name="Since">What was before sets nothing off and holds nothing back; null where market time says nothing about when a rule was made.</param>
/// <param name="Told">It was shown the closes up to here before, and what it says of them is known.</param>
/// <param name="Kept">What came of the closes up to here is kept.</param>
/// <param name="FiredAt">When it raised its last event, as far as that is known.</param>
/// <param name="Said">What it said where that was kept last, the whole of it before its clauses; null where nothing was.</param>
internal readonly record struct RulePast(
    DateTimeOffset? Since = null, DateTimeOffset? Told = null, DateTimeOffset? Kept = null, DateTimeOffset? FiredAt = null, IReadOnlyList<bool?>? Said = null);

/// <summary>
/// One rule over one symbol. What it says depends on the closes that it was shown and on nothing else, so the same closes come to the same events
/// whether they were shown live or out of the past. Not thread-safe.
/// </summary>
internal sealed class RuleRun(ArmedRule rule, Condition condition, RulePast past)
{
    private readonly TimeSpan _cooldown = TimeSpan.FromSeconds((double)(rule.Document.CooldownS ?? 0));
    private readonly TimeSpan _debounce = TimeSpan.FromSeconds((double)(rule.Document.DebounceS ?? 0));
    private bool? _before;
    private DateTimeOffset? _trueAt;
    private DateTimeOffset? _firedAt = past.FiredAt;
    private IReadOnlyList<bool?>? _said = past.Said;

    // What it says now may differ from what was kept last although no clause has flipped: it was shown the past again, or could not be looked at.
    private bool _isFirst = true;
    private bool _isAwake = true;

    public ArmedRule Rule => rule;

    /// <summary>When it was met last and nothing held it back.</summary>
    public DateTimeOffset? FiredAt => _firedAt;

    public IReadOnlyList<bool?>? Said => _said;

    /// <summary>For another that goes on in its place, where all was told up to a moment.</summary>
    public RulePast Past(DateTimeOffset? told) => past with { Told = told, FiredAt = _firedAt, Said = _said };

    /// <summary>It has to look at the close that its clauses are shown: one of them stirs.</summary>
    public void Wake() => _isAwake = true;

    /// <summary>
    /// False where it has to look at the close. Else it says of it what it said of the last that it looked at, and nothing of that is new: no clause of it
    /// says something else or is true for this close only, and no length of time runs.
    /// </summary>
    /// <param name="at">End of the candle that its clauses were shown.</param>
    /// <param name="keeps">As of <see cref="Look"/>.</param>
    public bool Rests(DateTimeOffset at, bool keeps)
    {
        if (_isAwake || (keeps && _isFirst))
        {
            return false;
        }

        _trueAt = _before == true ? at : _trueAt;
        return true;
    }

    /// <summary>Null when there is nothing new to say.</summary>
    /// <param name="keeps">What came of it is kept where it changes.</param>
    /// <exception cref="OverflowException">A figure that no number holds.</exception>
    public Evaluation? Look(in Close close, bool keeps)
    {
        var (found, before, trueAt) = (condition.Look(close), _before, _trueAt);
        // A hole changes nothing: over it stands what was said before, or one lost figure would take the next event with it. What is not warm has said nothing yet.
        _before = found ?? (condition.IsWarm ? before : null);
        _trueAt = _before == true ? close.At : trueAt;
        _isAwake = condition.IsWaiting;
        if (close.At <= past.Told)
        {
            return null;
        }

        // Its last event may not have got out before a stop: the same close raises it again, under the same id.
        var again = close.At == past.FiredAt && _firedAt == past.FiredAt;
        var isNews = found == true && (condition.IsMoment || before == false) && !(close.At <= past.Since) && (again || !(close.At <= _firedAt));
        keeps &= !(close.At <= past.Since || close.At <= past.Kept);
        if (!isNews && !(keeps && (_isFirst || condition.HasFlipped)))
        {
            return null;
        }

        var clauses = new List<ClauseReading>();
        condition.Tell(clauses);
        var isChange = keeps && Remember(found, clauses, isNews);
        if (!isNews)
        {
            return isChange ? new(rule, close.At, found, clauses, null, isChange) : null;
        }

        var held = close.At - trueAt < _debounce ? RuleWords.Debounce : !again && close.At - _firedAt < _cooldown ? RuleWords.Cooldown : null;
        _firedAt = held is null ? close.At : _firedAt;
        return new(
            rule, close.At, found, clauses, new(rule, close.Candle, close.At, condition.Direction ?? rule.Document.Direction, condition.ChangePct, clauses, held), isChange);
    }

    /// <summary>Its look at a close came to nothing: what changed in its clauses there has still to be seen.</summary>
    public void Fail() => (_isAwake, _isFirst) = (true, true);

    public void Gap()
    {
        (_before, _isAwake) = (null, true);
        condition.Gap();
    }

    /// <summary>Whether it is worth keeping.</summary>
    private bool Remember(bool? found, List<ClauseReading> clauses, bool isNews)
    {
        _isFirst = false;
        IReadOnlyList<bool?> says = [found, .. clauses.Select(c => c.Result)];
        var isChange = isNews || _said is null || !says.SequenceEqual(_said);
        _said = says;
        return isChange;
    }
}
