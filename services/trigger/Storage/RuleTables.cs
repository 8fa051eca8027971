namespace TradingSystem.Trigger.Storage;

/// <summary>A rule. What it says is in its newest version.</summary>
public sealed class RuleRow
{
    public required Guid Id { get; init; }

    public long Seq { get; init; }

    public required string Name { get; set; }

    /// <summary>Grows by one with every change, from 1.</summary>
    public required int Version { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null while it is there. Its versions stay, for its events name them.</summary>
    public DateTimeOffset? DeletedAt { get; set; }
}

/// <summary>A rule as it was written.</summary>
public sealed class RuleVersionRow
{
    public required Guid RuleId { get; init; }

    public required int Version { get; init; }

    /// <summary>JSON, as REST takes it.</summary>
    public required string Document { get; init; }

    /// <summary>Who wrote it.</summary>
    public required string Actor { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>
/// What came of showing a rule a close, where that was something else than at the close before. <c>Market</c> is what its candles are stored as, <c>At</c>
/// the candle's end in market time.
/// </summary>
public sealed class RuleEvaluationRow
{
    public required string Market { get; init; }

    /// <summary>Tells a recording that was begun again from what was played before; the market itself where it goes by the clock.</summary>
    public required string Run { get; init; }

    public required Guid RuleId { get; init; }

    public required string Symbol { get; init; }

    public required DateTimeOffset At { get; init; }

    public required int Version { get; init; }

    /// <summary>Whether the condition was met; null where something was not known.</summary>
    public required bool? Met { get; init; }

    /// <summary>What became of it where it was met and that was news, one of <see cref="Rules.RuleWords.Outcomes"/>; null where it was not.</summary>
    public required string? Outcome { get; init; }

    /// <summary>JSON: each clause as it was found.</summary>
    public required string Clauses { get; init; }

    /// <summary>The event that it raised.</summary>
    public required Guid? EventId { get; init; }

    /// <summary>Set when it is written.</summary>
    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>Where a rule stands in a market, so that a start goes on from there. Times are the market's.</summary>
public sealed class RuleStateRow
{
    public required string Market { get; init; }

    public required Guid RuleId { get; init; }

    public required string Symbol { get; init; }

    /// <summary>What came of it is kept up to here.</summary>
    public required DateTimeOffset KeptUntil { get; init; }

    /// <summary>When it raised its last event; null where it has raised none.</summary>
    public required DateTimeOffset? FiredAt { get; init; }

    public required Guid? EventId { get; init; }
}

/// <summary>One rule over one symbol of one market.</summary>
public readonly record struct RuleKey(string Market, Guid Rule, string Symbol);

/// <summary>What is known of a rule from before. Times are the market's, null where there is none.</summary>
/// <param name="FiredAt">When it raised its last event.</param>
/// <param name="KeptUntil">What came of it is kept up to here.</param>
public readonly record struct RuleMemory(DateTimeOffset? FiredAt, DateTimeOffset? KeptUntil);
