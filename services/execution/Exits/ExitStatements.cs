using Npgsql;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Exits;

/// <summary>What is saved of exits that wait, in the transaction of what set or settled them; nothing where none did.</summary>
public static class ExitStatements
{
    private static readonly Columns<WaitingExit> ExitColumns = new Columns<WaitingExit>()
        .Uuid("decision_id", e => e.DecisionId)
        .Uuid("account_id", e => e.AccountId)
        .Uuid("group_id", e => e.GroupId)
        .Text("symbol", e => e.Symbol)
        .Flag("by_command", e => e.ByCommand)
        .Text("decision", e => e.Decision)
        .Time("created_at", e => e.CreatedAt);

    private static readonly Columns<WaitingExit> SettledColumns = new Columns<WaitingExit>()
        .Uuid("decision_id", e => e.DecisionId)
        .Time("settled_at", e => e.SettledAt);

    private static readonly Columns<Order> OrderColumns = new Columns<Order>()
        .Uuid("decision_id", o => o.DecisionId)
        .Text("side", o => o.Side)
        .Text("status", o => o.Status)
        .Number("qty", o => o.Qty)
        .Number("avg_price", o => o.AvgPrice)
        .Time("market_time", o => o.MarketTime)
        .Number("price_at_decision", o => o.PriceAtDecision)
        .Number("fee", o => o.Fee)
        .Number("realized_pnl", o => o.RealizedPnl)
        .Text("reason_code", o => o.ReasonCode)
        .Text("reason_limit", o => o.ReasonLimit)
        .Text("reason_value", o => o.ReasonValue)
        .Text("reason_nearest_acceptable", o => o.ReasonNearestAcceptable)
        .Text("reason_message", o => o.ReasonMessage)
        .Time("updated_at", o => o.UpdatedAt);

    private static readonly string InsertExits = $"insert into execution.waiting_exits ({ExitColumns.Names}) select * from {ExitColumns.Rows}";

    // Whoever else settled one of them was first, and nothing of this is saved.
    private static readonly string SettleExits =
        $"""
        with settled as (
            update execution.waiting_exits w set settled_at = u.settled_at
            from {SettledColumns.Rows} where w.decision_id = u.decision_id and w.settled_at is null returning 1)
        select execution.require((select count(*) from settled) = cardinality($1))
        """;

    private static readonly string UpdateOrders =
        $"""
        with updated as (
            update execution.orders o set side = u.side, status = u.status, qty = u.qty, avg_price = u.avg_price, market_time = u.market_time, price_at_decision = u.price_at_decision, fee = u.fee,
                realized_pnl = u.realized_pnl, reason_code = u.reason_code, reason_limit = u.reason_limit, reason_value = u.reason_value,
                reason_nearest_acceptable = u.reason_nearest_acceptable, reason_message = u.reason_message, updated_at = u.updated_at
            from {OrderColumns.Rows} where o.decision_id = u.decision_id and o.status = 'accepted' and not o.is_at_venue returning 1)
        select execution.require((select count(*) from updated) = cardinality($1))
        """;

    public static void Add(NpgsqlBatchCommandCollection batch, IReadOnlyCollection<ExitBook> changed, IReadOnlyCollection<Order> settled)
    {
        Add(batch, ExitColumns, InsertExits, [.. changed.SelectMany(b => b.New)]);
        Add(batch, SettledColumns, SettleExits, [.. changed.SelectMany(b => b.Settled)]);
        Add(batch, OrderColumns, UpdateOrders, settled);
    }

    private static void Add<T>(NpgsqlBatchCommandCollection batch, Columns<T> columns, string sql, IReadOnlyCollection<T> rows)
    {
        if (rows.Count > 0)
        {
            batch.Add(columns.Command(sql, rows));
        }
    }
}
