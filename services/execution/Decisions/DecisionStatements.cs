using Npgsql;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Exits;
using TradingSystem.Execution.Legs;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Decisions;

/// <summary>The statements of a group, in the order they must run.</summary>
public static class DecisionStatements
{
    private static readonly Columns<(Guid Token, long Epoch)> FenceColumns = new Columns<(Guid Token, long Epoch)>()
        .Uuid("token_id", f => f.Token)
        .Long("epoch", f => f.Epoch);

    private static readonly Columns<TradeDecision> DecisionColumns = new Columns<TradeDecision>()
        .Uuid("group_id", d => d.GroupId)
        .Uuid("decision_id", d => d.Id);

    private static readonly Columns<TradeDecision> RestingColumns = new Columns<TradeDecision>()
        .Uuid("group_id", d => d.GroupId)
        .Time("accepted_at", d => ControlStore.Micros(d.CreatedAt));

    private static readonly Columns<Ledger> VersionColumns = new Columns<Ledger>()
        .Uuid("id", l => l.Account.Id)
        .Long("version", l => l.SavedVersion);

    private static readonly Columns<Ledger> RevisionColumns = new Columns<Ledger>()
        .Uuid("id", l => l.Account.Id)
        .Long("revision", l => l.Account.Revision);

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
        .Number("cost", p => p.Cost)
        .Number("realized_pnl", p => p.RealizedPnl)
        .Number("fees", p => p.Fees)
        .Number("leverage", p => p.Leverage)
        .Time("updated_at", p => p.UpdatedAt);

    private static readonly Columns<Order> OrderColumns = new Columns<Order>()
        .Uuid("id", o => o.Id)
        .Uuid("decision_id", o => o.DecisionId)
        .Uuid("protects_decision_id", o => o.ProtectsDecisionId)
        .Text("client_order_id", o => o.ClientOrderId)
        .Text("client_decision_id", o => o.ClientDecisionId)
        .Uuid("group_id", o => o.GroupId)
        .Text("group_name", o => o.GroupName)
        .Uuid("account_id", o => o.AccountId)
        .Text("mode", o => o.Mode)
        .Flag("is_at_venue", o => o.IsAtVenue)
        .Text("symbol", o => o.Symbol)
        .Text("action", o => o.Action)
        .Text("side", o => o.Side)
        .Text("type", o => o.Type)
        .Text("status", o => o.Status)
        .Number("qty", o => o.Qty)
        .Number("avg_price", o => o.AvgPrice)
        .Time("market_time", o => o.MarketTime)
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
        .Time("market_time", f => f.MarketTime)
        .Time("created_at", f => f.CreatedAt);

    private static readonly Columns<DeskIntent> IntentColumns = new Columns<DeskIntent>()
        .Text("client_id", i => i.Order.ClientId)
        .Uuid("order_id", i => i.Order.OrderId)
        .Uuid("decision_id", i => i.Order.DecisionId)
        .Uuid("account_id", i => i.Order.AccountId)
        .Uuid("group_id", i => i.Order.GroupId)
        .Text("leg", i => i.Order.Leg)
        .Text("symbol", i => i.Order.Symbol)
        .Text("type", i => i.Order.Type)
        .Time("expires_at", i => i.Order.ExpiresAt)
        .Flag("closes", i => i.Order.Closes)
        .Number("leverage", i => i.Order.Leverage)
        .Flag("by_command", i => i.Order.ByCommand)
        .Text("decision", i => i.Order.Decision)
        .Text("state", i => i.Order.State)
        .Long("steps", i => i.Order.Steps)
        .Time("check_at", i => i.Order.CheckAt)
        .Time("created_at", i => i.Order.CreatedAt)
        .Time("updated_at", i => i.Order.UpdatedAt);

    private static readonly Columns<DeskIntent> StepColumns = new Columns<DeskIntent>()
        .Uuid("id", i => i.Step.Id)
        .Uuid("order_id", i => i.Step.OrderId)
        .Uuid("account_id", i => i.Step.AccountId)
        .Text("payload", i => i.Step.Payload)
        .Time("created_at", i => i.Step.CreatedAt);

    private static readonly Columns<RiskBook> BookColumns = new Columns<RiskBook>()
        .Uuid("account_id", b => b.AccountId)
        .Uuid("group_id", b => b.GroupId)
        .Date("day", b => b.Day)
        .Number("day_began", b => b.DayBegan)
        .Time("last_loss_at", b => b.LastLossAt);

    private static readonly Columns<Trip> TripColumns = new Columns<Trip>()
        .Uuid("scope_id", t => t.Row.ScopeId)
        .Text("scope", t => t.Row.Scope)
        .Text("state", t => t.Row.State)
        .Text("mode", t => t.Row.Mode)
        .Text("reason", t => t.Row.Reason)
        .Text("changed_by", t => t.Row.ChangedBy)
        .Time("changed_at", t => t.Row.ChangedAt)
        .Long("version", t => t.Row.Version);

    // Whoever changes a control waits for this transaction, and this one for them: what they then find, or we, is how it is.
    private static readonly string ShareControls = $"select pg_advisory_xact_lock_shared({ControlStore.LockKey})";

    private static readonly string ControlsAreUnchanged =
        "select execution.require((select value from execution.control_generation) = $1)";

    private static readonly string CountUpControls =
        "with counted as (update execution.control_generation set value = value + 1 where value = $1 returning 1) select execution.require(exists (select from counted))";

    private static readonly string UpsertTrips =
        $"""
        insert into execution.controls as c ({TripColumns.Names}, limits_version) select *, 0 from {TripColumns.Rows}
        on conflict (scope_id) do update set state = excluded.state, reason = excluded.reason, changed_by = excluded.changed_by, changed_at = excluded.changed_at, version = c.version + 1
        """;

    private static readonly string AuditTrips =
        $"""
        insert into execution.control_audit (scope, scope_id, action, actor, reason, before, after, created_at)
        select u.scope, u.scope_id, 'trip', u.changed_by, u.reason, 'ACTIVE', u.state, u.changed_at from {TripColumns.Rows}
        """;

    private static readonly string UpsertBooks =
        $"""
        insert into execution.risk_books as b ({BookColumns.Names}) select * from {BookColumns.Rows}
        on conflict (account_id, group_id) do update set day = excluded.day, day_began = excluded.day_began, last_loss_at = excluded.last_loss_at
        """;

    private static readonly string NoFenceIsHigher =
        $"select execution.require(not exists (select from execution.fences f join {FenceColumns.Rows} using (token_id) where f.epoch > u.epoch))";

    // Whoever remembers a cancel holds the lock of the controls alone, so it is seen here or its own look sees the order.
    private static readonly string NoneIsTakenBack =
        $"select execution.require(not exists (select from {DecisionColumns.Rows} join execution.remembered_cancels r using (group_id, decision_id)))";

    private static readonly string NoneIsTakenBackWithAll =
        $"select execution.require(not exists (select from {RestingColumns.Rows} join execution.remembered_cancels r on r.group_id = u.group_id and r.decision_id = '{Guid.Empty}' and u.accepted_at <= r.accepted_until))";

    // A refusal, too, holds off whoever would bind, deactivate or delete the account until it is saved.
    private static readonly string AccountsAreUnchanged =
        $"""
        with held as (
            select from {VersionColumns.Rows} join execution.accounts a on a.id = u.id and a.version = u.version for key share of a)
        select execution.require((select count(*) from held) = cardinality($1))
        """;

    private static readonly string SettingsAreUnchanged =
        $"""
        with held as (
            select from {RevisionColumns.Rows} join execution.accounts a on a.id = u.id and a.revision = u.revision for key share of a)
        select execution.require((select count(*) from held) = cardinality($1))
        """;

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
            update execution.positions p set qty = u.qty, cost = u.cost, realized_pnl = u.realized_pnl, fees = u.fees, leverage = u.leverage, updated_at = u.updated_at
            from {PositionColumns.Rows} where p.account_id = u.account_id and p.group_id = u.group_id and p.symbol = u.symbol returning 1)
        select execution.require((select count(*) from updated) = cardinality($1))
        """;

    private static readonly string InsertOrders = $"insert into execution.orders ({OrderColumns.Names}) select * from {OrderColumns.Rows}";

    private static readonly string InsertFills = $"insert into execution.fills ({FillColumns.Names}) select * from {FillColumns.Rows}";

    private static readonly string InsertIntents =
        $"insert into execution.desk_orders ({IntentColumns.Names}, qty, reduce_only, filled, filled_value, fee, realized_pnl, sends, checks) select *, 0, false, 0, 0, 0, 0, 0, 0 from {IntentColumns.Rows}";

    private static readonly string InsertSteps = $"insert into execution.order_steps ({StepColumns.Names}) select * from {StepColumns.Rows}";

    private static readonly string RaiseFences =
        $"""
        insert into execution.fences as f ({FenceColumns.Names}) select * from {FenceColumns.Rows}
        on conflict (token_id) do update set epoch = excluded.epoch where f.epoch < excluded.epoch
        """;

    public static void Add(NpgsqlBatchCommandCollection batch, DecisionChanges changes, Fences fences, ControlSet controls)
    {
        // Two statements: the second one must see what was committed while the first one waited.
        batch.Add(new NpgsqlBatchCommand(ShareControls));
        batch.Add(Counting(controls.Trips.Count > 0 ? CountUpControls : ControlsAreUnchanged, controls.Generation));
        // In the order of ids, so that two nodes that were told at once that they are active do not wait for each other.
        var ledgers = changes.Ledgers.OrderBy(l => l.Account.Id).ToList();
        Add(batch, FenceColumns, NoFenceIsHigher, [.. changes.Tokens.Select(t => (t, fences.Seen(t)))]);
        Add(batch, DecisionColumns, NoneIsTakenBack, changes.Acted);
        Add(batch, RestingColumns, NoneIsTakenBackWithAll, [.. changes.Acted.Where(RememberedCancel.Rests)]);
        if (changes.HasVenueAccounts)
        {
            // A venue's account changes with every fill, which its decisions do not rest on; what a person changed they do.
            Add(batch, RevisionColumns, SettingsAreUnchanged, ledgers.FindAll(l => !l.Account.FillsAtOnce));
            ledgers.RemoveAll(l => !l.Account.FillsAtOnce);
        }

        Add(batch, VersionColumns, AccountsAreUnchanged, ledgers.FindAll(l => !l.IsChanged));
        Add(batch, AccountColumns, UpdateAccounts, ledgers.FindAll(l => l.IsChanged));
        Add(batch, PositionColumns, InsertPositions, [.. ledgers.SelectMany(l => l.New)]);
        Add(batch, PositionColumns, UpdatePositions, [.. ledgers.SelectMany(l => l.Changed)]);
        Add(batch, OrderColumns, InsertOrders, changes.Orders);
        Add(batch, FillColumns, InsertFills, changes.Fills);
        Add(batch, IntentColumns, InsertIntents, changes.Intents);
        Add(batch, StepColumns, InsertSteps, changes.Intents);
        ExitStatements.Add(batch, [.. ledgers.Select(l => l.Exits).Where(e => e.IsChanged)], changes.Settled);
        ProtectionStatements.Add(batch, [.. ledgers.Select(l => l.Protection).Where(p => p.IsChanged)]);
        ProtectionStatements.Add(batch, changes.Moves);
        Add(batch, BookColumns, UpsertBooks, [.. ledgers.SelectMany(l => l.ChangedBooks)]);
        Add(batch, TripColumns, UpsertTrips, controls.Trips);
        Add(batch, TripColumns, AuditTrips, controls.Trips);
        Add(batch, FenceColumns, RaiseFences, [.. fences.Raised.Order().Select(t => (t, fences.Seen(t)))]);
    }

    private static NpgsqlBatchCommand Counting(string sql, long generation)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = generation });
        return command;
    }

    private static void Add<T>(NpgsqlBatchCommandCollection batch, Columns<T> columns, string sql, IReadOnlyCollection<T> rows)
    {
        if (rows.Count > 0)
        {
            batch.Add(columns.Command(sql, rows));
        }
    }
}
