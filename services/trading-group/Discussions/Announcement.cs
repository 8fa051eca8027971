using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;

namespace TradingSystem.TradingGroup.Discussions;

/// <summary>What a discussion tells the other services. The ids derive from group and event, so telling it again changes nothing.</summary>
public sealed record Announcement(DiscussionLog Log, TradeDecision Decision)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static Guid DecisionId(Guid groupId, Guid eventId) => NameBasedGuid.Create(groupId, $"event:{eventId}");

    public static Guid DiscussionId(Guid groupId, Guid eventId) => NameBasedGuid.Create(groupId, $"discussion:{eventId}");

    public static Announcement Of(GroupConfig group, ImmediateEvent trigger, Minutes minutes, decimal? price, DateTimeOffset now, TimeSpan validity)
    {
        var verdict = minutes.Verdict;
        var id = DecisionId(group.Id, trigger.Id);
        var action = verdict.Action.Word();
        var trades = verdict.Action is TradeAction.Long or TradeAction.Short;
        var correlation = trigger.CorrelationId ?? trigger.Id.ToString();
        var traceParent = Activity.Current?.Id ?? trigger.TraceParent;
        var signal = new
        {
            Action = action,
            Qty = 0m,
            MarginUsd = verdict.MarginUsd,
            Leverage = group.Leverage,
            Entry = trades ? price : null,
            verdict.ConfidencePct,
            verdict.Reasoning,
            OrderType = OrderTypes.Market,
        };
        // Stop and target of the analysts are advice in the discussion, not a promise in the order.
        var decision = new TradeDecision
        {
            Id = id,
            GroupId = group.Id,
            GroupName = group.Name,
            SourceId = group.Name,
            Priority = trigger.Priority,
            Targets = ["trade_execution"],
            Title = $"[{group.Name}] {action} {group.Symbol}",
            Payload = JsonSerializer.Serialize(new { SourceId = group.Name, group.Symbol, Signal = signal }, Json),
            Tags = ["hosted", group.Market, group.Symbol],
            Condition = JsonSerializer.Serialize(new { Domain = "trade_decision", Trace = new { CorrelationId = correlation, TriggerEventId = trigger.Id } }, Json),
            Symbol = group.Symbol,
            Action = verdict.Action,
            MarginUsd = verdict.MarginUsd,
            Leverage = group.Leverage,
            Entry = trades ? price : null,
            ConfidencePct = verdict.ConfidencePct,
            Reasoning = verdict.Reasoning,
            OrderType = OrderTypes.Market,
            TriggerEventId = trigger.Id,
            CorrelationId = correlation,
            CreatedAt = now,
            ValidUntil = now + validity,
            TraceParent = traceParent,
        };
        var log = new DiscussionLog(
            DiscussionId(group.Id, trigger.Id),
            group.Id,
            group.Name,
            "discussion completed",
            JsonSerializer.Serialize(minutes.Opinions, Json),
            JsonSerializer.Serialize(
                new { DecisionId = id, group.Symbol, signal.Action, signal.MarginUsd, signal.Leverage, signal.Entry, SuggestedStopLoss = verdict.StopLoss, SuggestedTakeProfit = verdict.TakeProfit, signal.ConfidencePct, signal.Reasoning },
                Json),
            trigger.Id,
            id,
            correlation,
            now,
            traceParent);
        return new(log, decision);
    }
}
