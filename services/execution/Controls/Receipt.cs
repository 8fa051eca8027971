using System.Text.Json;
using System.Text.Json.Serialization;

namespace TradingSystem.Execution.Controls;

/// <summary>What a command did to a group. <c>Refused</c> counts decisions that came too late, <c>Cancelled</c> open orders.</summary>
public sealed record GroupReceipt(
    Guid GroupId,
    string GroupName,
    Guid AccountId,
    DateTimeOffset? NoOrderSince,
    int Refused,
    int Cancelled,
    IReadOnlyList<ClosingOrder> Closed,
    IReadOnlyList<string> StillOpen);

/// <summary>The one closing order of a position.</summary>
public sealed record ClosingOrder(Guid OrderId, string Symbol, string? Side, decimal Qty, string Status, string? ReasonCode);

/// <summary>A step and how long after the request it was done; both null while it is not.</summary>
public sealed record StepReceipt(string Step, DateTimeOffset? At, decimal? AfterMs);

/// <summary>
/// What a command has done. <c>Status</c> is <c>running</c> or <c>complete</c>; <c>NoOrderSince</c> is the moment since which no order of the
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
    public static Receipt Of(ControlCommand c)
    {
        var steps = new List<StepReceipt>();
        Add(c.HeldSince is not null, "held", c.HeldSince);
        Add(c.Fences, "tokens_fenced", c.TokensFencedAt);
        Add(c.Cancels, "open_orders_cancelled", c.CancelledAt);
        Add(c.Flattens, "flattened", c.FlattenedAt);
        Add(c.Fences, "drained", c.DrainedAt);
        return new(
            c.Id, c.Kind, c.Scope, c.Scope == ControlWords.System ? null : c.ScopeId, c.CompletedAt is null ? "running" : "complete", c.Reason, c.RequestedBy, c.RequestedAt,
            c.HeldSince, c.TokensFenced, steps, JsonSerializer.Deserialize(c.Groups, ReceiptJson.Default.IReadOnlyListGroupReceipt)!, c.CompletedAt);

        void Add(bool has, string step, DateTimeOffset? at)
        {
            if (has)
            {
                steps.Add(new(step, at, at is { } done ? decimal.Round((decimal)(done - c.RequestedAt).TotalMilliseconds, 3) : null));
            }
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(IReadOnlyList<GroupReceipt>))]
internal sealed partial class ReceiptJson : JsonSerializerContext;
