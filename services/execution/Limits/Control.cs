namespace TradingSystem.Execution.Limits;

/// <summary>
/// What a person (or a limit) decided about the system, an account or a group: one row each, none where nothing was decided yet.
/// Every change counts up <see cref="ControlGeneration"/>, which each write of decisions checks.
/// </summary>
public sealed class Control
{
    /// <summary>Empty for the system, else the account's or the group's id.</summary>
    public Guid ScopeId { get; init; }

    /// <summary>One of <see cref="ControlWords.Scopes"/>.</summary>
    public required string Scope { get; init; }

    public string State { get; set; } = ControlWords.Of(TradingState.Active);

    public string Mode { get; set; } = ControlWords.Of(TradingMode.Running);

    /// <summary>What was accepted up to here is not traded any more, whatever is allowed later.</summary>
    public DateTimeOffset? FencedAt { get; set; }

    /// <summary>Limits as JSON, null where none were set.</summary>
    public string? Limits { get; set; }

    /// <summary>Counts changes of the limits.</summary>
    public long LimitsVersion { get; set; }

    /// <summary>Of the last change of state or mode.</summary>
    public string? Reason { get; set; }

    public required string ChangedBy { get; set; }

    public DateTimeOffset ChangedAt { get; set; }

    /// <summary>Counts changes of the row.</summary>
    public long Version { get; set; }

    public bool IsAsCreated => State == ControlWords.States[0] && Mode == ControlWords.Modes[0];

    public Control Copy() => (Control)MemberwiseClone();
}

/// <summary>The one row that every change of any <see cref="Control"/> counts up.</summary>
public sealed class ControlGeneration
{
    public int Id { get; init; }

    public long Value { get; set; }
}

/// <summary>Who changed what about a scope, and when. Never changed, never deleted.</summary>
public sealed class ControlAudit
{
    public long Seq { get; init; }

    public required string Scope { get; init; }

    public Guid ScopeId { get; init; }

    /// <summary>limits, state, pause, resume, stop, close_all, kill, dead_man, trip, protect, cancel_orders, blackouts.</summary>
    public required string Action { get; init; }

    /// <summary>The person's name, or what acted by itself.</summary>
    public required string Actor { get; init; }

    public string? Reason { get; init; }

    /// <summary>JSON or a word, as it was and as it is.</summary>
    public string? Before { get; init; }

    public string? After { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
