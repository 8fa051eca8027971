using System.Text.Json;
using System.Text.Json.Serialization;
using TradingSystem.Contracts.Bus;

namespace TradingSystem.Diary.Storage;

/// <summary>Which column gets what, per kind of item.</summary>
public static class Inserts
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static BulkInsert<ImmediateEvent> Events { get; } = new BulkInsert<ImmediateEvent>("diary.events")
        .Uuid("id", e => e.Id)
        .Text("event_type", _ => "immediate")
        .Text("source_id", e => e.SourceId)
        .Int("priority", e => e.Priority)
        .Json("targets", e => Serialize(e.Targets))
        .Text("title", e => e.Title)
        .Text("payload", e => e.Payload)
        .Json("tags", e => Serialize(e.Tags))
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
        .Json("targets", e => Serialize(e.Targets))
        .Text("title", e => e.Title)
        .Text("payload", e => e.Payload)
        .Json("tags", e => Serialize(e.Tags))
        .Json("condition", e => e.Condition)
        .Json("signal", e => Serialize(Signal.Of(e)))
        .Text("correlation_id", e => e.CorrelationId)
        .Uuid("trigger_event_id", e => e.TriggerEventId)
        .Time("created_at", e => e.CreatedAt);

    public static BulkInsert<DiscussionLog> Discussions { get; } = new BulkInsert<DiscussionLog>("diary.trading_group_discussions")
        .Uuid("id", e => e.Id)
        .Uuid("group_id", e => e.GroupId)
        .Text("group_name", e => e.GroupName)
        .Text("message", e => e.Message)
        .Json("member_opinions", e => e.MemberOpinions)
        .Json("decision", e => e.Decision)
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
        .Json("detail", e => e.Detail)
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
        .Flag("terminal", e => e.Terminal)
        .Text("symbol", e => e.Symbol)
        .Text("side", e => e.Side)
        .Number("qty", e => e.Qty)
        .Number("avg_price", e => e.AvgPrice)
        .Number("fee", e => e.Fee)
        .Number("realized_pnl", e => e.RealizedPnl)
        .Json("reason", e => e.Reason is null ? null : Serialize(e.Reason))
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
        .Json("positions", e => Serialize(e.Positions))
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
        .Json("members", g => Serialize(g.Members))
        .Long("version", g => g.Version)
        .OnConflict("""
            on conflict (id) do update set name = excluded.name, market = excluded.market, symbol = excluded.symbol,
            interval = excluded.interval, leverage = excluded.leverage, margin_usdt = excluded.margin_usdt,
            position_mode = excluded.position_mode, active = excluded.active, hosted = excluded.hosted,
            members = excluded.members, version = excluded.version where excluded.version > t.version
            """);

    private static string Serialize<T>(T value) => JsonSerializer.Serialize(value, Json);
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
    decimal? Price)
{
    public static Signal Of(TradeDecision d) =>
        new(d.Symbol, ActionName(d.Action), d.Qty, d.MarginUsd, d.Leverage, d.Entry, d.StopLoss, d.TakeProfit, d.ConfidencePct, d.Reasoning, d.OrderType, d.Price);

    private static string ActionName(TradeAction action) => action switch
    {
        TradeAction.Long => "LONG",
        TradeAction.Short => "SHORT",
        TradeAction.Close => "CLOSE",
        _ => "NO_TRADE",
    };
}
