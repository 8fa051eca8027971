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

/// <summary>A rule raised an event. <c>Market</c> is what its candles are stored as; <c>At</c> is in market time.</summary>
public sealed class RuleFiringRow
{
    public required string Market { get; init; }

    public required Guid RuleId { get; init; }

    public required string Symbol { get; init; }

    public required DateTimeOffset At { get; init; }

    public required int Version { get; init; }

    public required Guid EventId { get; init; }

    /// <summary>Set when it is written.</summary>
    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>What times of firings are kept by.</summary>
public readonly record struct FiringKey(string Market, Guid Rule, string Symbol);
