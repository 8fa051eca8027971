using System.Text.Json;
using System.Text.Json.Serialization;

namespace TradingSystem.Execution.Controls;

/// <summary>
/// What a command did to a group. <c>Refused</c> counts decisions that came too late, <c>Cancelled</c> open orders. <c>StillOpen</c> names the symbols in which
/// the group holds something, <c>Unfinished</c> says of those that the command is to close why they are not yet, or at its end why they could not be.
/// </summary>
public sealed record GroupReceipt(
    Guid GroupId,
    string GroupName,
    Guid AccountId,
    DateTimeOffset? NoOrderSince,
    int Refused,
    int Cancelled,
    IReadOnlyList<ClosingOrder> Closed,
    IReadOnlyList<string> StillOpen,
    IReadOnlyList<UnfinishedPosition>? Unfinished = null);

/// <summary>A closing order of a position as it is when the receipt is read; <c>Attempt</c> counts from 1. Quantities in the base asset, price in quote currency.</summary>
public sealed record ClosingOrder(
    Guid OrderId, string Symbol, string? Side, decimal Qty, string Status, string? ReasonCode, int Attempt = 1, decimal Filled = 0m, decimal? AvgPrice = null, string? ReasonMessage = null);

/// <summary>A position that is not closed: what is held (below 0 short), what it waits for or what ended the attempts, and how many there were.</summary>
public sealed record UnfinishedPosition(string Symbol, decimal Qty, string Code, string Message, int Attempts);

/// <summary>A step and how long after the request it was done; both null while it is not.</summary>
public sealed record StepReceipt(string Step, DateTimeOffset? At, decimal? AfterMs);

/// <summary>
/// What a command has done. <c>Status</c> is <c>running</c>, <c>complete</c> (all of it is so, every position that it was to close is flat) or <c>incomplete</c> (it
/// has ended, and <c>Unfinished</c> of a group says what stayed open and why); <c>NoOrderSince</c> is the moment since which no order of the
/// scope can leave.
/// </summary>
public sealed record Receipt(
    Guid Id,
    string Kind,
    string Scope,
    Guid? ScopeId,
    string Status,
    string? Reason,
    string RequestedBy,
    DateTimeOffset RequestedAt,
    DateTimeOffset? NoOrderSince,
    int? TokensFenced,
    IReadOnlyList<StepReceipt> Steps,
    IReadOnlyList<GroupReceipt> Groups,
    DateTimeOffset? CompletedAt)
{
    public const string Running = "running";
    public const string Complete = "complete";
    public const string Incomplete = "incomplete";

    public static Receipt Of(ControlCommand c) => Of(c, GroupsOf(c));

    /// <summary>As they were when the command was last carried on.</summary>
    public static IReadOnlyList<GroupReceipt> GroupsOf(ControlCommand c) => JsonSerializer.Deserialize(c.Groups, ReceiptJson.Default.IReadOnlyListGroupReceipt)!;

    public static Receipt Of(ControlCommand c, IReadOnlyList<GroupReceipt> groups)
    {
        var steps = new List<StepReceipt>();
        Add(c.HeldSince is not null, "held", c.HeldSince);
        Add(c.Fences, "tokens_fenced", c.TokensFencedAt);
        Add(c.Cancels, "open_orders_cancelled", c.CancelledAt);
        Add(c.Flattens, "flattened", c.FlattenedAt);
        Add(c.Fences, "drained", c.DrainedAt);
        return new(
            c.Id, c.Kind, c.Scope, c.Scope == ControlWords.System ? null : c.ScopeId, StatusOf(c, groups), c.Reason, c.RequestedBy, c.RequestedAt,
            c.HeldSince, c.TokensFenced, steps, groups, c.CompletedAt);

        void Add(bool has, string step, DateTimeOffset? at)
        {
            if (has)
            {
                steps.Add(new(step, at, at is { } done ? decimal.Round((decimal)(done - c.RequestedAt).TotalMilliseconds, 3) : null));
            }
        }
    }

    private static string StatusOf(ControlCommand c, IReadOnlyList<GroupReceipt> groups) =>
        c.CompletedAt is null ? Running : groups.Any(g => g.Unfinished is { Count: > 0 }) ? Incomplete : Complete;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(IReadOnlyList<GroupReceipt>))]
internal sealed partial class ReceiptJson : JsonSerializerContext;
