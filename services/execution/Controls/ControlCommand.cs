using TradingSystem.Execution.Limits;

namespace TradingSystem.Execution.Controls;

/// <summary>What a command does beside its first step, which is saved with it.</summary>
public static class CommandKinds
{
    public const string Kill = "kill";
    public const string Stop = "stop";
    public const string CloseAll = "close_all";
    public const string DeadMan = "dead_man";

    public static readonly string[] All = [Kill, Stop, CloseAll, DeadMan];
}

/// <summary>
/// A procedure of several steps, saved with its first one and carried on by whichever node is there until it is complete. Each step has
/// the time at which it was done, null before and for those it does not have. Every step may be done twice without harm.
/// </summary>
public sealed class ControlCommand
{
    public Guid Id { get; init; }

    public long Seq { get; init; }

    /// <summary>One of <see cref="CommandKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>One of <see cref="ControlWords.Scopes"/>.</summary>
    public required string Scope { get; init; }

    public Guid ScopeId { get; init; }

    public string? Reason { get; init; }

    public required string RequestedBy { get; init; }

    /// <summary>When it was asked for, before anything waited.</summary>
    public DateTimeOffset RequestedAt { get; init; }

    /// <summary>Fences tokens and waits until what was accepted before has its outcome.</summary>
    public bool Fences { get; init; }

    public bool Cancels { get; init; }

    public bool Flattens { get; init; }

    /// <summary>No order of the scope can leave since; null where the command holds nothing back.</summary>
    public DateTimeOffset? HeldSince { get; init; }

    public DateTimeOffset? TokensFencedAt { get; set; }

    public int? TokensFenced { get; set; }

    public DateTimeOffset? DrainedAt { get; set; }

    public DateTimeOffset? CancelledAt { get; set; }

    public DateTimeOffset? FlattenedAt { get; set; }

    public DateTimeOffset? CompletedAt { get; set; }

    /// <summary>Until then a node is at it.</summary>
    public DateTimeOffset? ClaimedUntil { get; set; }

    /// <summary>The receipts of its groups as JSON, see <see cref="GroupReceipt"/>.</summary>
    public string Groups { get; set; } = "[]";
}
