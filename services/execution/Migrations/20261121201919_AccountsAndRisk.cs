using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace TradingSystem.Execution.Migrations
{
    /// <inheritdoc />
    public partial class AccountsAndRisk : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<Guid>(
                name: "protects_decision_id",
                schema: "execution",
                table: "orders",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "venue_fill_id",
                schema: "execution",
                table: "fills",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "bound_at",
                schema: "execution",
                table: "bindings",
                type: "timestamp with time zone",
                nullable: false,
                defaultValueSql: "now()");

            migrationBuilder.AddColumn<bool>(
                name: "active",
                schema: "execution",
                table: "accounts",
                type: "boolean",
                nullable: false,
                defaultValue: true);

            migrationBuilder.AddColumn<string>(
                name: "api_key_hint",
                schema: "execution",
                table: "accounts",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "credential_status",
                schema: "execution",
                table: "accounts",
                type: "character varying(16)",
                maxLength: 16,
                nullable: false,
                defaultValue: "none");

            migrationBuilder.AddColumn<string>(
                name: "live_confirmation",
                schema: "execution",
                table: "accounts",
                type: "character varying(16)",
                maxLength: 16,
                nullable: false,
                defaultValue: "none");

            migrationBuilder.AddColumn<string>(
                name: "margin_mode",
                schema: "execution",
                table: "accounts",
                type: "character varying(16)",
                maxLength: 16,
                nullable: false,
                defaultValue: "cross");

            migrationBuilder.AddColumn<string>(
                name: "position_mode",
                schema: "execution",
                table: "accounts",
                type: "character varying(16)",
                maxLength: 16,
                nullable: false,
                defaultValue: "oneway");

            migrationBuilder.AddColumn<long>(
                name: "revision",
                schema: "execution",
                table: "accounts",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.CreateTable(
                name: "account_audit",
                schema: "execution",
                columns: table => new
                {
                    seq = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    account_name = table.Column<string>(type: "text", nullable: false),
                    action = table.Column<string>(type: "text", nullable: false),
                    actor = table.Column<string>(type: "text", nullable: false),
                    detail = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_account_audit", x => x.seq);
                });

            migrationBuilder.CreateTable(
                name: "account_secrets",
                schema: "execution",
                columns: table => new
                {
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    key_version = table.Column<int>(type: "integer", nullable: false),
                    wrapped_key = table.Column<byte[]>(type: "bytea", nullable: false),
                    ciphertext = table.Column<byte[]>(type: "bytea", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_account_secrets", x => x.account_id);
                    table.ForeignKey(
                        name: "fk_account_secrets_accounts_account_id",
                        column: x => x.account_id,
                        principalSchema: "execution",
                        principalTable: "accounts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "control_audit",
                schema: "execution",
                columns: table => new
                {
                    seq = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    scope = table.Column<string>(type: "text", nullable: false),
                    scope_id = table.Column<Guid>(type: "uuid", nullable: false),
                    action = table.Column<string>(type: "text", nullable: false),
                    actor = table.Column<string>(type: "text", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: true),
                    before = table.Column<string>(type: "text", nullable: true),
                    after = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_control_audit", x => x.seq);
                });

            migrationBuilder.CreateTable(
                name: "control_commands",
                schema: "execution",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    seq = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    kind = table.Column<string>(type: "text", nullable: false),
                    scope = table.Column<string>(type: "text", nullable: false),
                    scope_id = table.Column<Guid>(type: "uuid", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: true),
                    requested_by = table.Column<string>(type: "text", nullable: false),
                    requested_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    fences = table.Column<bool>(type: "boolean", nullable: false),
                    cancels = table.Column<bool>(type: "boolean", nullable: false),
                    flattens = table.Column<bool>(type: "boolean", nullable: false),
                    held_since = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    tokens_fenced_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    tokens_fenced = table.Column<int>(type: "integer", nullable: true),
                    drained_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    cancelled_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    flattened_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    completed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    claimed_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    groups = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_control_commands", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "control_generation",
                schema: "execution",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false),
                    value = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_control_generation", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "controls",
                schema: "execution",
                columns: table => new
                {
                    scope_id = table.Column<Guid>(type: "uuid", nullable: false),
                    scope = table.Column<string>(type: "text", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    mode = table.Column<string>(type: "text", nullable: false),
                    fenced_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    limits = table.Column<string>(type: "text", nullable: true),
                    limits_version = table.Column<long>(type: "bigint", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: true),
                    changed_by = table.Column<string>(type: "text", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_controls", x => x.scope_id);
                });

            migrationBuilder.CreateTable(
                name: "dead_men",
                schema: "execution",
                columns: table => new
                {
                    group_id = table.Column<Guid>(type: "uuid", nullable: false),
                    action = table.Column<string>(type: "text", nullable: false),
                    after_s = table.Column<int>(type: "integer", nullable: false),
                    armed = table.Column<bool>(type: "boolean", nullable: false),
                    silent_since = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    fired_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    changed_by = table.Column<string>(type: "text", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_dead_men", x => x.group_id);
                });

            migrationBuilder.CreateTable(
                name: "desk_orders",
                schema: "execution",
                columns: table => new
                {
                    client_id = table.Column<string>(type: "text", nullable: false),
                    seq = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    order_id = table.Column<Guid>(type: "uuid", nullable: false),
                    decision_id = table.Column<Guid>(type: "uuid", nullable: false),
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    group_id = table.Column<Guid>(type: "uuid", nullable: false),
                    leg = table.Column<string>(type: "text", nullable: false),
                    symbol = table.Column<string>(type: "text", nullable: false),
                    side = table.Column<string>(type: "text", nullable: true),
                    position_side = table.Column<string>(type: "text", nullable: true),
                    qty = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    type = table.Column<string>(type: "text", nullable: false),
                    trigger_price = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: true),
                    leverage = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    reduce_only = table.Column<bool>(type: "boolean", nullable: false),
                    by_command = table.Column<bool>(type: "boolean", nullable: false),
                    decision = table.Column<string>(type: "text", nullable: true),
                    state = table.Column<string>(type: "text", nullable: false),
                    venue_order_id = table.Column<string>(type: "text", nullable: true),
                    triggered_order_id = table.Column<string>(type: "text", nullable: true),
                    filled = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    avg_price = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: true),
                    fee = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    realized_pnl = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    sends = table.Column<int>(type: "integer", nullable: false),
                    sent_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    unknown_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    check_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    checks = table.Column<int>(type: "integer", nullable: false),
                    cancel_requested_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    steps = table.Column<int>(type: "integer", nullable: false),
                    reason_code = table.Column<string>(type: "text", nullable: true),
                    reason_value = table.Column<string>(type: "text", nullable: true),
                    reason_message = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_desk_orders", x => x.client_id);
                })
                .Annotation("Npgsql:StorageParameter:fillfactor", 50);

            migrationBuilder.CreateTable(
                name: "desk_owners",
                schema: "execution",
                columns: table => new
                {
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    epoch = table.Column<long>(type: "bigint", nullable: false),
                    owned_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    reconciled_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_desk_owners", x => x.account_id);
                });

            migrationBuilder.CreateTable(
                name: "desk_protections",
                schema: "execution",
                columns: table => new
                {
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    group_id = table.Column<Guid>(type: "uuid", nullable: false),
                    symbol = table.Column<string>(type: "text", nullable: false),
                    order_id = table.Column<Guid>(type: "uuid", nullable: false),
                    stop_loss = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: true),
                    take_profit = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: true),
                    resizes = table.Column<int>(type: "integer", nullable: false),
                    naked_since = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    naked_seconds = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    flattening = table.Column<bool>(type: "boolean", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_desk_protections", x => new { x.account_id, x.group_id, x.symbol });
                });

            migrationBuilder.CreateTable(
                name: "live_codes",
                schema: "execution",
                columns: table => new
                {
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    code_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    requested_by = table.Column<string>(type: "text", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_live_codes", x => x.account_id);
                    table.ForeignKey(
                        name: "fk_live_codes_accounts_account_id",
                        column: x => x.account_id,
                        principalSchema: "execution",
                        principalTable: "accounts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "order_steps",
                schema: "execution",
                columns: table => new
                {
                    seq = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    order_id = table.Column<Guid>(type: "uuid", nullable: false),
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    payload = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    announced_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_order_steps", x => x.seq);
                });

            migrationBuilder.CreateTable(
                name: "protection_legs",
                schema: "execution",
                columns: table => new
                {
                    seq = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    decision_id = table.Column<Guid>(type: "uuid", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    client_order_id = table.Column<string>(type: "text", nullable: false),
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    group_id = table.Column<Guid>(type: "uuid", nullable: false),
                    group_name = table.Column<string>(type: "text", nullable: false),
                    symbol = table.Column<string>(type: "text", nullable: false),
                    side = table.Column<string>(type: "text", nullable: false),
                    trigger_price = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    qty = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    status = table.Column<string>(type: "text", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: true),
                    client_decision_id = table.Column<string>(type: "text", nullable: true),
                    trigger_event_id = table.Column<Guid>(type: "uuid", nullable: true),
                    correlation_id = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    announced_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_protection_legs", x => x.seq);
                })
                .Annotation("Npgsql:StorageParameter:fillfactor", 50);

            migrationBuilder.CreateTable(
                name: "protection_plans",
                schema: "execution",
                columns: table => new
                {
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    group_id = table.Column<Guid>(type: "uuid", nullable: false),
                    symbol = table.Column<string>(type: "text", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    decision_id = table.Column<Guid>(type: "uuid", nullable: false),
                    group_name = table.Column<string>(type: "text", nullable: false),
                    side = table.Column<string>(type: "text", nullable: false),
                    trigger_price = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    client_decision_id = table.Column<string>(type: "text", nullable: true),
                    trigger_event_id = table.Column<Guid>(type: "uuid", nullable: true),
                    correlation_id = table.Column<string>(type: "text", nullable: true),
                    active = table.Column<bool>(type: "boolean", nullable: false),
                    naked_since = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    naked_counted_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    naked_seconds = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_protection_plans", x => new { x.account_id, x.group_id, x.symbol, x.kind });
                })
                .Annotation("Npgsql:StorageParameter:fillfactor", 50);

            migrationBuilder.CreateTable(
                name: "reconciliation_log",
                schema: "execution",
                columns: table => new
                {
                    seq = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    symbol = table.Column<string>(type: "text", nullable: true),
                    kind = table.Column<string>(type: "text", nullable: false),
                    venue_value = table.Column<string>(type: "text", nullable: true),
                    our_value = table.Column<string>(type: "text", nullable: true),
                    done = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_reconciliation_log", x => x.seq);
                });

            migrationBuilder.CreateTable(
                name: "risk_books",
                schema: "execution",
                columns: table => new
                {
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    group_id = table.Column<Guid>(type: "uuid", nullable: false),
                    day = table.Column<DateOnly>(type: "date", nullable: false),
                    day_began = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    last_loss_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_risk_books", x => new { x.account_id, x.group_id });
                });

            migrationBuilder.InsertData(
                schema: "execution",
                table: "control_generation",
                columns: new[] { "id", "value" },
                values: new object[] { 1, 0L });

            migrationBuilder.CreateIndex(
                name: "ix_orders_created_at",
                schema: "execution",
                table: "orders",
                column: "created_at")
                .Annotation("Npgsql:IndexMethod", "brin");

            migrationBuilder.CreateIndex(
                name: "ix_fills_account_id_symbol_venue_fill_id",
                schema: "execution",
                table: "fills",
                columns: new[] { "account_id", "symbol", "venue_fill_id" },
                unique: true,
                filter: "venue_fill_id is not null");

            migrationBuilder.CreateIndex(
                name: "ix_accounts_name",
                schema: "execution",
                table: "accounts",
                column: "name",
                unique: true,
                filter: "exchange <> 'simulated'");

            migrationBuilder.CreateIndex(
                name: "ix_account_audit_account_id_seq",
                schema: "execution",
                table: "account_audit",
                columns: new[] { "account_id", "seq" });

            migrationBuilder.CreateIndex(
                name: "ix_control_commands_claimed_until",
                schema: "execution",
                table: "control_commands",
                column: "claimed_until",
                filter: "completed_at is null");

            migrationBuilder.CreateIndex(
                name: "ix_control_commands_seq",
                schema: "execution",
                table: "control_commands",
                column: "seq",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_desk_orders_account_id_symbol",
                schema: "execution",
                table: "desk_orders",
                columns: new[] { "account_id", "symbol" },
                filter: "state in ('pending', 'sending', 'working', 'unknown', 'held')");

            migrationBuilder.CreateIndex(
                name: "ix_desk_orders_account_id_venue_order_id",
                schema: "execution",
                table: "desk_orders",
                columns: new[] { "account_id", "venue_order_id" },
                filter: "venue_order_id is not null");

            migrationBuilder.CreateIndex(
                name: "ix_desk_orders_order_id",
                schema: "execution",
                table: "desk_orders",
                column: "order_id");

            migrationBuilder.CreateIndex(
                name: "ix_desk_orders_seq",
                schema: "execution",
                table: "desk_orders",
                column: "seq",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_order_steps_announced_at_seq",
                schema: "execution",
                table: "order_steps",
                columns: new[] { "announced_at", "seq" },
                filter: "announced_at is null");

            migrationBuilder.CreateIndex(
                name: "ix_order_steps_id",
                schema: "execution",
                table: "order_steps",
                column: "id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_order_steps_order_id",
                schema: "execution",
                table: "order_steps",
                column: "order_id");

            migrationBuilder.CreateIndex(
                name: "ix_protection_legs_account_id_group_id",
                schema: "execution",
                table: "protection_legs",
                columns: new[] { "account_id", "group_id" },
                filter: "status = 'waiting'");

            migrationBuilder.CreateIndex(
                name: "ix_protection_legs_decision_id_kind",
                schema: "execution",
                table: "protection_legs",
                columns: new[] { "decision_id", "kind" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_protection_legs_updated_at",
                schema: "execution",
                table: "protection_legs",
                column: "updated_at",
                filter: "status = 'triggered' and announced_at is null");

            migrationBuilder.CreateIndex(
                name: "ix_protection_plans_group_id",
                schema: "execution",
                table: "protection_plans",
                column: "group_id",
                filter: "active or naked_since is not null");

            migrationBuilder.CreateIndex(
                name: "ix_reconciliation_log_account_id_seq",
                schema: "execution",
                table: "reconciliation_log",
                columns: new[] { "account_id", "seq" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "account_audit",
                schema: "execution");

            migrationBuilder.DropTable(
                name: "account_secrets",
                schema: "execution");

            migrationBuilder.DropTable(
                name: "control_audit",
                schema: "execution");

            migrationBuilder.DropTable(
                name: "control_commands",
                schema: "execution");

            migrationBuilder.DropTable(
                name: "control_generation",
                schema: "execution");

            migrationBuilder.DropTable(
                name: "controls",
                schema: "execution");

            migrationBuilder.DropTable(
                name: "dead_men",
                schema: "execution");

            migrationBuilder.DropTable(
                name: "desk_orders",
                schema: "execution");

            migrationBuilder.DropTable(
                name: "desk_owners",
                schema: "execution");

            migrationBuilder.DropTable(
                name: "desk_protections",
                schema: "execution");

            migrationBuilder.DropTable(
                name: "live_codes",
                schema: "execution");

            migrationBuilder.DropTable(
                name: "order_steps",
                schema: "execution");

            migrationBuilder.DropTable(
                name: "protection_legs",
                schema: "execution");

            migrationBuilder.DropTable(
                name: "protection_plans",
                schema: "execution");

            migrationBuilder.DropTable(
                name: "reconciliation_log",
                schema: "execution");

            migrationBuilder.DropTable(
                name: "risk_books",
                schema: "execution");

            migrationBuilder.DropIndex(
                name: "ix_orders_created_at",
                schema: "execution",
                table: "orders");

            migrationBuilder.DropIndex(
                name: "ix_fills_account_id_symbol_venue_fill_id",
                schema: "execution",
                table: "fills");

            migrationBuilder.DropIndex(
                name: "ix_accounts_name",
                schema: "execution",
                table: "accounts");

            migrationBuilder.DropColumn(
                name: "protects_decision_id",
                schema: "execution",
                table: "orders");

            migrationBuilder.DropColumn(
                name: "venue_fill_id",
                schema: "execution",
                table: "fills");

            migrationBuilder.DropColumn(
                name: "bound_at",
                schema: "execution",
                table: "bindings");

            migrationBuilder.DropColumn(
                name: "active",
                schema: "execution",
                table: "accounts");

            migrationBuilder.DropColumn(
                name: "api_key_hint",
                schema: "execution",
                table: "accounts");

            migrationBuilder.DropColumn(
                name: "credential_status",
                schema: "execution",
                table: "accounts");

            migrationBuilder.DropColumn(
                name: "live_confirmation",
                schema: "execution",
                table: "accounts");

            migrationBuilder.DropColumn(
                name: "margin_mode",
                schema: "execution",
                table: "accounts");

            migrationBuilder.DropColumn(
                name: "position_mode",
                schema: "execution",
                table: "accounts");

            migrationBuilder.DropColumn(
                name: "revision",
                schema: "execution",
                table: "accounts");
        }
    }
}
