using Npgsql;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Positions;

namespace TradingSystem.Execution.Storage;

/// <summary>The statements of a group, in the order they must run.</summary>
public static class DecisionStatements
{
    private static readonly Columns<(Guid Token, long Epoch)> FenceColumns = new Columns<(Guid Token, long Epoch)>()
        .Uuid("token_id", f => f.Token)
        .Long("epoch", f => f.Epoch);

    private static readonly Columns<Ledger> VersionColumns = new Columns<Ledger>()
        .Uuid("id", l => l.Account.Id)
        .Long("version", l => l.SavedVersion);

    private static readonly Columns<Ledger> AccountColumns = new Columns<Ledger>()
        .Uuid("id", l => l.Account.Id)
        .Long("saved_version", l => l.SavedVersion)
        .Long("version", l => l.Account.Version)
        .Number("balance", l => l.Account.Balance)
        .Number("realized_pnl", l => l.Account.RealizedPnl)
        .Number("fees", l => l.Account.Fees)
        .Time("updated_at", l => l.Account.UpdatedAt);

    private static readonly Columns<Position> PositionColumns = new Columns<Position>()
        .Uuid("account_id", p => p.AccountId)
        .Uuid("group_id", p => p.GroupId)
        .Text("symbol", p => p.Symbol)
        .Number("qty", p => p.Qty)
        .Number("avg_price", p => p.AvgPrice)
        .Number("realized_pnl", p => p.RealizedPnl)
        .Number("fees", p => p.Fees)
        .Number("leverage", p => p.Leverage)
        .Time("updated_at", p => p.UpdatedAt);

    private static readonly Columns<Order> OrderColumns = new Columns<Order>()
        .Uuid("id", o => o.Id)
        .Uuid("decision_id", o => o.DecisionId)
        .Text("client_order_id", o => o.ClientOrderId)
        .Text("client_decision_id", o => o.ClientDecisionId)
        .Uuid("group_id", o => o.GroupId)
        .Text("group_name", o => o.GroupName)
        .Uuid("account_id", o => o.AccountId)
        .Text("mode", o => o.Mode)
        .Text("symbol", o => o.Symbol)
        .Text("action", o => o.Action)
        .Text("side", o => o.Side)
        .Text("type", o => o.Type)
        .Text("status", o => o.Status)
        .Number("qty", o => o.Qty)
        .Number("avg_price", o => o.AvgPrice)
        .Number("price_at_decision", o => o.PriceAtDecision)
        .Number("fee", o => o.Fee)
        .Number("realized_pnl", o => o.RealizedPnl)
        .Number("leverage", o => o.Leverage)
        .Number("margin_usd", o => o.MarginUsd)
        .Text("reason_code", o => o.ReasonCode)
        .Text("reason_limit", o => o.ReasonLimit)
        .Text("reason_value", o => o.ReasonValue)
        .Text("reason_nearest_acceptable", o => o.ReasonNearestAcceptable)
        .Text("reason_message", o => o.ReasonMessage)
        .Uuid("trigger_event_id", o => o.TriggerEventId)
        .Text("correlation_id", o => o.CorrelationId)
        .Text("trace_parent", o => o.TraceParent)
        .Time("created_at", o => o.CreatedAt)
        .Time("updated_at", o => o.UpdatedAt);

    private static readonly Columns<Fill> FillColumns = new Columns<Fill>()
        .Uuid("id", f => f.Id)
        .Uuid("order_id", f => f.OrderId)
        .Uuid("decision_id", f => f.DecisionId)
        .Uuid("account_id", f => f.AccountId)
        .Uuid("group_id", f => f.GroupId)
        .Text("symbol", f => f.Symbol)
        .Text("side", f => f.Side)
        .Number("qty", f => f.Qty)
        .Number("price", f => f.Price)
        .Number("fee", f => f.Fee)
        .Number("realized_pnl", f => f.RealizedPnl)
        .Time("created_at", f => f.CreatedAt);

    private static readonly string NoFenceIsHigher =
        $"select execution.require(not exists (select from execution.fences f join {FenceColumns.Rows} using (token_id) where f.epoch > u.epoch))";

    private static readonly string AccountsAreUnchanged =
        $"select execution.require(not exists (select from {VersionColumns.Rows} left join execution.accounts a on a.id = u.id where a.version is distinct from u.version))";

    private static readonly string UpdateAccounts =
        $"""
        with updated as (
            update execution.accounts a set version = u.version, balance = u.balance, realized_pnl = u.realized_pnl, fees = u.fees, updated_at = u.updated_at
            from {AccountColumns.Rows} where a.id = u.id and a.version = u.saved_version returning 1)
        select execution.require((select count(*) from updated) = cardinality($1))
        """;

    private static readonly string InsertPositions =
        $"insert into execution.positions ({PositionColumns.Names}) select * from {PositionColumns.Rows}";

    private static readonly string UpdatePositions =
        $"""
        with updated as (
            update execution.positions p set qty = u.qty, avg_price = u.avg_price, realized_pnl = u.realized_pnl, fees = u.fees, leverage = u.leverage, updated_at = u.updated_at
            from {PositionColumns.Rows} where p.account_id = u.account_id and p.group_id = u.group_id and p.symbol = u.symbol returning 1)
        select execution.require((select count(*) from updated) = cardinality($1))
        """;

    private static readonly string InsertOrders = $"insert into execution.orders ({OrderColumns.Names}) select * from {OrderColumns.Rows}";

    private static readonly string InsertFills = $"insert into execution.fills ({FillColumns.Names}) select * from {FillColumns.Rows}";

    private static readonly string RaiseFences =
        $"""
        insert into execution.fences as f ({FenceColumns.Names}) select * from {FenceColumns.Rows}
        on conflict (token_id) do update set epoch = excluded.epoch where f.epoch < excluded.epoch
        """;

    public static void Add(NpgsqlBatchCommandCollection batch, DecisionChanges changes, Fences fences)
    {
        // In the order of ids, so that two nodes that were told at once that they are active do not wait for each other.
        var ledgers = changes.Ledgers.OrderBy(l => l.Account.Id).ToList();
        Add(batch, FenceColumns, NoFenceIsHigher, [.. changes.Tokens.Select(t => (t, fences.Seen(t)))]);
        Add(batch, VersionColumns, AccountsAreUnchanged, ledgers.FindAll(l => !l.IsChanged));
        Add(batch, AccountColumns, UpdateAccounts, ledgers.FindAll(l => l.IsChanged));
        Add(batch, PositionColumns, InsertPositions, [.. ledgers.SelectMany(l => l.New)]);
        Add(batch, PositionColumns, UpdatePositions, [.. ledgers.SelectMany(l => l.Changed)]);
        Add(batch, OrderColumns, InsertOrders, changes.Orders);
        Add(batch, FillColumns, InsertFills, changes.Fills);
        Add(batch, FenceColumns, RaiseFences, [.. fences.Raised.Order().Select(t => (t, fences.Seen(t)))]);
    }

    private static void Add<T>(NpgsqlBatchCommandCollection batch, Columns<T> columns, string sql, IReadOnlyCollection<T> rows)
    {
        if (rows.Count > 0)
        {
            batch.Add(columns.Command(sql, rows));
        }
    }
}
