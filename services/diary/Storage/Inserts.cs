using System.Text.Json;
using System.Text.Json.Serialization;
using TradingSystem.Contracts.Bus;

namespace TradingSystem.Diary.Storage;

/// <summary>Which column gets what, per kind of item.</summary>
public static class Inserts
{
    public static BulkInsert<ImmediateEvent> Events { get; } = new BulkInsert<ImmediateEvent>("diary.events")
        .Uuid("id", e => e.Id)
        .Text("event_type", _ => "immediate")
        .Text("source_id", e => e.SourceId)
        .Int("priority", e => e.Priority)
        .OwnJson("targets", e => StringLists.Serialize(e.Targets))
        .Text("title", e => e.Title)
        .Text("payload", e => e.Payload)
        .OwnJson("tags", e => StringLists.Serialize(e.Tags))
        .Json("condition", e => e.Condition)
        .Text("correlation_id", e => e.CorrelationId)
        .Time("created_at", e => e.CreatedAt);

    public static BulkInsert<TradeDecision> Decisions { get; } = new BulkInsert<TradeDecision>("diary.events")
        .Uuid("id", e => e.Id)
        .Text("event_type", _ => "post_trade")
        .Text("source_id", e => e.SourceId)
        .Uuid("group_id", e => e.GroupId)
        .Text("group_name", e => e.GroupName)
        .Int("priority", e => e.Priority)
        .OwnJson("targets", e => StringLists.Serialize(e.Targets))
        .Text("title", e => e.Title)
        .Text("payload", e => e.Payload)
        .OwnJson("tags", e => StringLists.Serialize(e.Tags))
        .Json("condition", e => e.Condition)
        .OwnJson("signal", e => JsonSerializer.Serialize(Signal.Of(e), DiaryJson.Default.Signal))
        .Text("correlation_id", e => e.CorrelationId)
        .Uuid("trigger_event_id", e => e.TriggerEventId)
        .Time("created_at", e => e.CreatedAt);

    public static BulkInsert<DiscussionLog> Discussions { get; } = new BulkInsert<DiscussionLog>("diary.trading_group_discussions")
        .Uuid("id", e => e.Id)
        .Uuid("group_id", e => e.GroupId)
        .Text("group_name", e => e.GroupName)
        .Text("message", e => e.Message)
        .Jsonb("member_opinions", e => e.MemberOpinions)
        .Jsonb("decision", e => e.Decision)
        .Uuid("trigger_event_id", e => e.TriggerEventId)
        .Uuid("decision_id", e => e.DecisionId)
        .Text("correlation_id", e => e.CorrelationId)
        .Time("created_at", e => e.CreatedAt);

    public static BulkInsert<SystemLog> SystemLogs { get; } = new BulkInsert<SystemLog>("diary.system_logs")
        .Uuid("id", e => e.Id)
        .Text("source_kind", e => e.SourceKind)
        .Text("source_id", e => e.SourceId)
        .Text("level", e => e.Level)
        .Text("code", e => e.Code)
        .Text("message", e => e.Message)
        .Jsonb("detail", e => e.Detail)
        .Time("created_at", e => e.CreatedAt);

    public static BulkInsert<OrderUpdate> OrderUpdates { get; } = new BulkInsert<OrderUpdate>("diary.order_updates")
        .Uuid("id", e => e.Id)
        .Uuid("order_id", e => e.OrderId)
        .Uuid("decision_id", e => e.DecisionId)
        .Text("client_decision_id", e => e.ClientDecisionId)
        .Uuid("group_id", e => e.GroupId)
        .Text("group_name", e => e.GroupName)
        .Uuid("account_id", e => e.AccountId)
        .Text("mode", e => e.Mode)
        .Text("status", e => e.Status)
        .Words("steps", e => e.Before is { Count: > 0 } steps ? string.Join(',', steps.Select(s => s.Status)) : null)
        .Flag("terminal", e => e.Terminal)
        .Text("symbol", e => e.Symbol)
        .Text("side", e => e.Side)
        .Number("qty", e => e.Qty)
        .Number("avg_price", e => e.AvgPrice)
        .Number("fee", e => e.Fee)
        .Number("realized_pnl", e => e.RealizedPnl)
        .OwnJson("reason", e => e.Reason is null ? null : JsonSerializer.Serialize(e.Reason, DiaryJson.Default.RejectionReason))
        .Uuid("trigger_event_id", e => e.TriggerEventId)
        .Text("correlation_id", e => e.CorrelationId)
        .Time("created_at", e => e.CreatedAt);

    public static BulkInsert<EquitySnapshot> Equity { get; } = new BulkInsert<EquitySnapshot>("diary.equity_snapshots")
        .Uuid("id", e => e.Id)
        .Uuid("account_id", e => e.AccountId)
        .Uuid("group_id", e => e.GroupId)
        .Text("group_name", e => e.GroupName)
        .Text("mode", e => e.Mode)
        .Number("balance", e => e.Balance)
        .Number("equity", e => e.Equity)
        .Number("realized_pnl", e => e.RealizedPnl)
        .Number("unrealized_pnl", e => e.UnrealizedPnl)
        .OwnJson("positions", e => JsonSerializer.Serialize(e.Positions, DiaryJson.Default.IReadOnlyListPositionSnapshot))
        .Time("created_at", e => e.CreatedAt);

    public static BulkInsert<GroupConfig> Groups { get; } = new BulkInsert<GroupConfig>("diary.groups")
        .Uuid("id", g => g.Id)
        .Text("name", g => g.Name)
        .Text("market", g => g.Market)
        .Text("symbol", g => g.Symbol)
        .Text("interval", g => g.Interval)
        .Number("leverage", g => g.Leverage)
        .Number("margin_usdt", g => g.MarginUsdt)
        .Text("position_mode", g => g.PositionMode)
        .Flag("active", g => g.Active)
        .Flag("hosted", g => g.Hosted)
        .Jsonb("members", g => JsonSerializer.Serialize(g.Members, DiaryJson.Default.IReadOnlyListGroupMember))
        .Long("version", g => g.Version)
        .OnConflict("""
            on conflict (id) do update set name = excluded.name, market = excluded.market, symbol = excluded.symbol,
            interval = excluded.interval, leverage = excluded.leverage, margin_usdt = excluded.margin_usdt,
            position_mode = excluded.position_mode, active = excluded.active, hosted = excluded.hosted,
            members = excluded.members, version = excluded.version where excluded.version > t.version
            """);
}

/// <summary>What a decision asked for, as the events table keeps it beside the sender's own payload.</summary>
public sealed record Signal(
    string Symbol,
    string Action,
    decimal Qty,
    decimal MarginUsd,
    decimal Leverage,
    decimal? Entry,
    decimal? StopLoss,
    decimal? TakeProfit,
    decimal? ConfidencePct,
    string? Reasoning,
    string? OrderType,
    decimal? Price,
    string? DecisionId = null,
    DateTimeOffset? ValidUntil = null,
    Guid? TradeAccountId = null)
{
    public static Signal Of(TradeDecision d) =>
        new(d.Symbol, d.Action.Word(), d.Qty, d.MarginUsd, d.Leverage, d.Entry, d.StopLoss, d.TakeProfit, d.ConfidencePct, d.Reasoning, d.OrderType, d.Price,
            d.DecisionId, d.ValidUntil, d.TradeAccountId);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Signal))]
[JsonSerializable(typeof(RejectionReason))]
[JsonSerializable(typeof(IReadOnlyList<PositionSnapshot>))]
[JsonSerializable(typeof(IReadOnlyList<GroupMember>))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class DiaryJson : JsonSerializerContext;
