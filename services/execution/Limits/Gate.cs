using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Settings;

namespace TradingSystem.Execution.Limits;

/// <summary>What is in force for a group on its account: the strictest of system, account and group. Immutable, built when one changes.</summary>
public sealed class Gate
{
    private readonly Control? _stateOf;
    private readonly Control? _modeOf;
    private readonly Control? _unreadable;

    public Gate(Guid accountId, EffectiveLimits limits)
    {
        AccountId = accountId;
        Limits = limits;
    }

    public Gate(Guid accountId, ExecutionOptions options, params ReadOnlySpan<Control?> levels)
    {
        AccountId = accountId;
        var limits = new List<RiskLimits>(levels.Length);
        foreach (var level in levels)
        {
            if (level is null)
            {
                continue;
            }

            if (ControlWords.State(level.State) is var state && state > State)
            {
                (State, _stateOf) = (state, level);
            }

            if (ControlWords.Mode(level.Mode) is var mode && mode > Mode)
            {
                (Mode, _modeOf) = (mode, level);
            }

            if (level.FencedAt is { } fenced && (FencedAt is null || fenced > FencedAt))
            {
                FencedAt = fenced;
            }

            if (RiskLimitsJson.Parse(level.Limits) is { } own)
            {
                limits.Add(own);
            }
            else
            {
                _unreadable = level;
            }
        }

        Limits = EffectiveLimits.Of(options, [.. limits]);
    }

    public Guid AccountId { get; }

    public TradingState State { get; }

    public TradingMode Mode { get; }

    public DateTimeOffset? FencedAt { get; }

    public EffectiveLimits Limits { get; }

    /// <summary>Blackouts that were told from outside, beside those of the limits.</summary>
    public HeldEntries Holds { get; init; } = HeldEntries.None;

    public bool LimitsAreReadable => _unreadable is null;

    /// <summary>
    /// What holds an order back whatever its size; null lets it go on to its checks. People's orders and fences hold exits back, too; limits
    /// do not, those that cannot be read among them.
    /// </summary>
    public RejectionReason? Refusal(TradeDecision decision) =>
        State == TradingState.Halted ? Rejections.Halted(Where(_stateOf!), _stateOf!.Reason)
        : Mode == TradingMode.Stopped ? Rejections.Stopped(Where(_modeOf!), _modeOf!.Reason)
        : Mode == TradingMode.Paused ? Rejections.Paused(Where(_modeOf!), _modeOf!.Reason)
        : decision.CreatedAt <= FencedAt ? Rejections.Fenced(FencedAt.Value, decision.CreatedAt)
        : _unreadable is { } level && decision.Action != TradeAction.Close ? Rejections.LimitsUnreadable(Where(level))
        : null;

    /// <summary>Why an order that does not reduce is held back, null where it is not.</summary>
    public RejectionReason? RefusalOfIncrease(string? nearest) =>
        State == TradingState.Reducing ? Rejections.Reducing(Where(_stateOf!), _stateOf!.Reason, nearest) : null;

    /// <summary>Why an order that adds risk is held back at this time, null where it is not.</summary>
    /// <param name="group">The group's name.</param>
    public RejectionReason? Blackout(string group, string symbol, DateTimeOffset now)
    {
        for (var i = 0; i < Limits.Blackouts.Count; i++)
        {
            if (Limits.Blackouts[i].Covers(now))
            {
                return Rejections.Blackout(Limits.Blackouts[i], now);
            }
        }

        return Holds.Refusal(group, symbol, now);
    }

    private static string Where(Control level) => level.Scope == ControlWords.System ? level.Scope : $"{level.Scope} {level.ScopeId}";
}
