using System.Text.Json;
using System.Text.Json.Serialization;
using TradingSystem.Execution.Limits;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Controls;

/// <summary>What a command did to a group.</summary>
/// <param name="NoOrderSince">Since when no order of the group can leave, RFC 3339.</param>
/// <param name="Refused">How many decisions came too late.</param>
/// <param name="Cancelled">How many open orders were cancelled.</param>
/// <param name="Closed">The orders that closed its positions.</param>
/// <param name="StillOpen">The symbols in which the group holds something.</param>
/// <param name="Unfinished">Of those that the command is to close: why they are not yet, or at its end why they could not be.</param>
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

/// <summary>A closing order of a position as it is when the receipt is read. Quantities in the base asset, price in quote currency.</summary>
/// <param name="Side">BUY or SELL.</param>
/// <param name="Attempt">Counts from 1.</param>
public sealed record ClosingOrder(
    Guid OrderId, string Symbol, string? Side, decimal Qty, string Status, string? ReasonCode, int Attempt = 1, decimal Filled = 0m, decimal? AvgPrice = null, string? ReasonMessage = null);

/// <summary>A position that is not closed.</summary>
/// <param name="Qty">Base asset that is held; below 0 for a short position.</param>
/// <param name="Code">What it waits for, or what ended the attempts.</param>
/// <param name="Message">The same for people.</param>
/// <param name="Attempts">How many orders were tried.</param>
public sealed record UnfinishedPosition(string Symbol, decimal Qty, string Code, string Message, int Attempts);

/// <summary>A step of a command.</summary>
/// <param name="Step">held, tokens_fenced, open_orders_cancelled, flattened or drained.</param>
/// <param name="At">When it was done, RFC 3339; null while it is not.</param>
/// <param name="AfterMs">Milliseconds from the request until it was done; null while it is not.</param>
public sealed record StepReceipt(string Step, DateTimeOffset? At, decimal? AfterMs);

/// <summary>What a command has done.</summary>
/// <param name="Kind">Which command.</param>
/// <param name="Status">running, complete (all of it is so, every position that it was to close is flat) or incomplete (it has ended, and a group's
/// unfinished says what stayed open and why).</param>
/// <param name="NoOrderSince">Since when no order of the scope can leave, RFC 3339.</param>
/// <param name="TokensFenced">How many tokens were fenced; null where none are to be.</param>
/// <param name="Steps">What it does, in order.</param>
/// <param name="Groups">What it did to each group.</param>
/// <param name="CompletedAt">When it ended, RFC 3339; null while it runs.</param>
public sealed record Receipt(
    Guid Id,
    [property: Words(typeof(CommandKinds))] string Kind,
    [property: Words(typeof(ControlWords), nameof(ControlWords.Scopes))] string Scope,
    Guid? ScopeId,
    [property: Words(typeof(Receipt), nameof(Receipt.Statuses))] string Status,
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

    public static readonly string[] Statuses = [Running, Complete, Incomplete];

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
