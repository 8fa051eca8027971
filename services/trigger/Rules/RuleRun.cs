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
/// One rule over one symbol. What it says depends on the closes that it was shown and on nothing else, so the same closes come to the same events
/// whether they were shown live or out of the past. Not thread-safe.
/// </summary>
/// <param name="since">What was before sets nothing off and holds nothing back; null where market time says nothing about when a rule was made.</param>
/// <param name="told">It was shown the closes up to here before, and what it says of them is known.</param>
internal sealed class RuleRun(ArmedRule rule, Condition condition, DateTimeOffset? since, DateTimeOffset? told)
{
    private readonly TimeSpan _cooldown = TimeSpan.FromSeconds((double)(rule.Document.CooldownS ?? 0));
    private readonly TimeSpan _debounce = TimeSpan.FromSeconds((double)(rule.Document.DebounceS ?? 0));
    private bool? _before;
    private DateTimeOffset? _trueAt;

    public ArmedRule Rule => rule;

    public DateTimeOffset? Since => since;

    /// <summary>When it was met last and nothing held it back; no earlier one replaces a later one.</summary>
    public DateTimeOffset? FiredAt { get; set; }

    /// <summary>Null when there is nothing new to say.</summary>
    public Firing? Look(in Close close)
    {
        var found = condition.Look(close);
        var isNews = found == true && (condition.IsMoment || _before == false) && !(close.At <= since || close.At <= FiredAt);
        var held = close.At - _trueAt < _debounce ? RuleWords.Debounce : close.At - FiredAt < _cooldown ? RuleWords.Cooldown : null;
        _before = found;
        _trueAt = found == true ? close.At : _trueAt;
        if (!isNews || close.At <= told)
        {
            return null;
        }

        FiredAt = held is null ? close.At : FiredAt;
        var clauses = new List<ClauseReading>();
        condition.Tell(clauses);
        return new(rule, close.Candle, close.At, condition.Direction ?? rule.Document.Direction, condition.ChangePct, clauses, held);
    }

    public void Gap()
    {
        _before = null;
        condition.Gap();
    }
}
