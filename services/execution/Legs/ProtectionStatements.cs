using Npgsql;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Legs;

/// <summary>What is saved of the legs, in the transaction of the fill that set or changed them; nothing where none did.</summary>
public static class ProtectionStatements
{
    private static readonly Columns<ProtectionLeg> LegColumns = new Columns<ProtectionLeg>()
        .Uuid("decision_id", l => l.DecisionId)
        .Text("kind", l => l.Kind)
        .Uuid("id", l => l.Id)
        .Text("client_order_id", l => l.ClientOrderId)
        .Uuid("account_id", l => l.AccountId)
        .Uuid("group_id", l => l.GroupId)
        .Text("group_name", l => l.GroupName)
        .Text("symbol", l => l.Symbol)
        .Text("side", l => l.Side)
        .Number("trigger_price", l => l.TriggerPrice)
        .Number("qty", l => l.Qty)
        .Text("status", l => l.Status)
        .Text("reason", l => l.Reason)
        .Text("client_decision_id", l => l.ClientDecisionId)
        .Uuid("trigger_event_id", l => l.TriggerEventId)
        .Text("correlation_id", l => l.CorrelationId)
        .Uuid("protects_decision_id", l => l.ProtectsDecisionId)
        .Time("created_at", l => l.CreatedAt)
        .Time("updated_at", l => l.UpdatedAt);

    private static readonly Columns<ProtectionLeg> PlanColumns = new Columns<ProtectionLeg>()
        .Uuid("account_id", l => l.AccountId)
        .Uuid("group_id", l => l.GroupId)
        .Text("symbol", l => l.Symbol)
        .Text("kind", l => l.Kind)
        .Uuid("decision_id", l => l.DecisionId)
        .Text("group_name", l => l.GroupName)
        .Text("side", l => l.Side)
        .Number("trigger_price", l => l.TriggerPrice)
        .Text("client_decision_id", l => l.ClientDecisionId)
        .Uuid("trigger_event_id", l => l.TriggerEventId)
        .Text("correlation_id", l => l.CorrelationId)
        .Uuid("protects_decision_id", l => l.ProtectsDecisionId);

    private static readonly Columns<ProtectionMove> MoveColumns = new Columns<ProtectionMove>()
        .Uuid("id", m => m.Id)
        .Uuid("account_id", m => m.AccountId)
        .Uuid("group_id", m => m.GroupId)
        .Text("group_name", m => m.GroupName)
        .Text("symbol", m => m.Symbol)
        .Text("mode", m => m.Mode)
        .Flag("moves_stop", m => m.MovesStop)
        .Number("stop_loss", m => m.StopLoss)
        .Flag("moves_take", m => m.MovesTake)
        .Number("take_profit", m => m.TakeProfit)
        .Text("requested_by", m => m.RequestedBy)
        .Text("request_id", m => m.RequestId)
        .Text("correlation_id", m => m.CorrelationId)
        .Text("trace_parent", m => m.TraceParent)
        .Text("state", m => m.State)
        .Text("reason_code", m => m.ReasonCode)
        .Text("reason_message", m => m.ReasonMessage)
        .Text("told", m => m.Told)
        .Time("created_at", m => m.CreatedAt)
        .Time("updated_at", m => m.UpdatedAt);

    private static readonly string InsertMoves = $"insert into execution.protection_moves ({MoveColumns.Names}, was_removed) select *, false from {MoveColumns.Rows}";

    private static readonly string InsertLegs = $"insert into execution.protection_legs ({LegColumns.Names}) select * from {LegColumns.Rows}";

    private static readonly string RestoreLegs =
        $"""
        with restored as (
            insert into execution.protection_legs as l ({LegColumns.Names}) select * from {LegColumns.Rows}
            on conflict (decision_id, kind) do update set status = excluded.status, reason = null, qty = excluded.qty, updated_at = excluded.updated_at
            where l.status = 'canceled' returning 1)
        select execution.require((select count(*) from restored) = cardinality($1))
        """;

    private static readonly string UpdateLegs =
        $"""
        with updated as (
            update execution.protection_legs l set qty = u.qty, status = u.status, reason = u.reason, updated_at = u.updated_at
            from {LegColumns.Rows} where l.decision_id = u.decision_id and l.kind = u.kind and l.status = 'waiting' returning 1)
        select execution.require((select count(*) from updated) = cardinality($1))
        """;

    private static readonly string EndPlans =
        $"""
        update execution.protection_plans p set active = false
        from {PlanColumns.Rows} where p.account_id = u.account_id and p.group_id = u.group_id and p.symbol = u.symbol and p.kind = u.kind and p.decision_id = u.decision_id
        """;

    private static readonly string BeginPlans =
        $"""
        insert into execution.protection_plans as p ({PlanColumns.Names}, active, naked_seconds) select *, true, 0 from {PlanColumns.Rows}
        on conflict (account_id, group_id, symbol, kind) do update set decision_id = excluded.decision_id, group_name = excluded.group_name, side = excluded.side,
            trigger_price = excluded.trigger_price, client_decision_id = excluded.client_decision_id, trigger_event_id = excluded.trigger_event_id,
            correlation_id = excluded.correlation_id, protects_decision_id = excluded.protects_decision_id, active = true
        """;

    public static void Add(NpgsqlBatchCommandCollection batch, IReadOnlyCollection<ProtectionBook> changed)
    {
        if (changed.Count == 0)
        {
            return;
        }

        List<ProtectionLeg> added = [.. changed.SelectMany(b => b.New)];
        List<ProtectionLeg> restored = [.. changed.SelectMany(b => b.Restored)];
        List<ProtectionLeg> updated = [.. changed.SelectMany(b => b.Changed)];
        Add(batch, LegColumns, UpdateLegs, updated);
        Add(batch, PlanColumns, EndPlans, updated.FindAll(l => !l.Waits));
        Add(batch, LegColumns, InsertLegs, added);
        Add(batch, LegColumns, RestoreLegs, restored);
        // A leg that was set and ended within one transaction leaves its row and no plan.
        Add(batch, PlanColumns, BeginPlans, added.FindAll(l => l.Waits));
    }

    /// <summary>The key of a move is what does it once.</summary>
    public static void Add(NpgsqlBatchCommandCollection batch, IReadOnlyList<ProtectionMove> moves)
    {
        if (moves.Count > 0)
        {
            batch.Add(MoveColumns.Command(InsertMoves, moves));
        }
    }

    private static void Add(NpgsqlBatchCommandCollection batch, Columns<ProtectionLeg> columns, string sql, List<ProtectionLeg> rows)
    {
        if (rows.Count > 0)
        {
            batch.Add(columns.Command(sql, rows));
        }
    }
}
