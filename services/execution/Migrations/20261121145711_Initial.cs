using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace TradingSystem.Execution.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "execution");

            migrationBuilder.CreateTable(
                name: "accounts",
                schema: "execution",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    seq = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    name = table.Column<string>(type: "text", nullable: false),
                    exchange = table.Column<string>(type: "text", nullable: false),
                    mode = table.Column<string>(type: "text", nullable: false),
                    initial_balance = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    balance = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    realized_pnl = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    fees = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_accounts", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "equity",
                schema: "execution",
                columns: table => new
                {
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    account_version = table.Column<long>(type: "bigint", nullable: false),
                    balance = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    equity = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    realized_pnl = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    unrealized_pnl = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_equity", x => x.account_id);
                });

            migrationBuilder.CreateTable(
                name: "bindings",
                schema: "execution",
                columns: table => new
                {
                    group_id = table.Column<Guid>(type: "uuid", nullable: false),
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    group_name = table.Column<string>(type: "text", nullable: false),
                    group_version = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_bindings", x => x.group_id);
                    table.ForeignKey(
                        name: "fk_bindings_accounts_account_id",
                        column: x => x.account_id,
                        principalSchema: "execution",
                        principalTable: "accounts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "orders",
                schema: "execution",
                columns: table => new
                {
                    seq = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    decision_id = table.Column<Guid>(type: "uuid", nullable: false),
                    client_order_id = table.Column<string>(type: "text", nullable: false),
                    client_decision_id = table.Column<string>(type: "text", nullable: true),
                    group_id = table.Column<Guid>(type: "uuid", nullable: false),
                    group_name = table.Column<string>(type: "text", nullable: false),
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    mode = table.Column<string>(type: "text", nullable: false),
                    symbol = table.Column<string>(type: "text", nullable: false),
                    action = table.Column<string>(type: "text", nullable: false),
                    side = table.Column<string>(type: "text", nullable: true),
                    type = table.Column<string>(type: "text", nullable: false),
                    status = table.Column<string>(type: "text", nullable: false),
                    qty = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    avg_price = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: true),
                    price_at_decision = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: true),
                    fee = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    realized_pnl = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    leverage = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    margin_usd = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    reason_code = table.Column<string>(type: "text", nullable: true),
                    reason_limit = table.Column<string>(type: "text", nullable: true),
                    reason_value = table.Column<string>(type: "text", nullable: true),
                    reason_nearest_acceptable = table.Column<string>(type: "text", nullable: true),
                    reason_message = table.Column<string>(type: "text", nullable: true),
                    trigger_event_id = table.Column<Guid>(type: "uuid", nullable: true),
                    correlation_id = table.Column<string>(type: "text", nullable: true),
                    trace_parent = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_orders", x => x.seq);
                    table.UniqueConstraint("ak_orders_id", x => x.id);
                    table.ForeignKey(
                        name: "fk_orders_accounts_account_id",
                        column: x => x.account_id,
                        principalSchema: "execution",
                        principalTable: "accounts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "positions",
                schema: "execution",
                columns: table => new
                {
                    seq = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    group_id = table.Column<Guid>(type: "uuid", nullable: false),
                    symbol = table.Column<string>(type: "text", nullable: false),
                    qty = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    avg_price = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    realized_pnl = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    fees = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    leverage = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_positions", x => x.seq);
                    table.ForeignKey(
                        name: "fk_positions_accounts_account_id",
                        column: x => x.account_id,
                        principalSchema: "execution",
                        principalTable: "accounts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "fills",
                schema: "execution",
                columns: table => new
                {
                    seq = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    order_id = table.Column<Guid>(type: "uuid", nullable: false),
                    decision_id = table.Column<Guid>(type: "uuid", nullable: false),
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    group_id = table.Column<Guid>(type: "uuid", nullable: false),
                    symbol = table.Column<string>(type: "text", nullable: false),
                    side = table.Column<string>(type: "text", nullable: false),
                    qty = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    price = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    fee = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    realized_pnl = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_fills", x => x.seq);
                    table.ForeignKey(
                        name: "fk_fills_orders_order_id",
                        column: x => x.order_id,
                        principalSchema: "execution",
                        principalTable: "orders",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_accounts_seq",
                schema: "execution",
                table: "accounts",
                column: "seq",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_bindings_account_id",
                schema: "execution",
                table: "bindings",
                column: "account_id");

            migrationBuilder.CreateIndex(
                name: "ix_fills_group_id_seq",
                schema: "execution",
                table: "fills",
                columns: new[] { "group_id", "seq" });

            migrationBuilder.CreateIndex(
                name: "ix_fills_id",
                schema: "execution",
                table: "fills",
                column: "id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_fills_order_id",
                schema: "execution",
                table: "fills",
                column: "order_id");

            migrationBuilder.CreateIndex(
                name: "ix_orders_account_id",
                schema: "execution",
                table: "orders",
                column: "account_id");

            migrationBuilder.CreateIndex(
                name: "ix_orders_client_order_id",
                schema: "execution",
                table: "orders",
                column: "client_order_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_orders_decision_id",
                schema: "execution",
                table: "orders",
                column: "decision_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_orders_group_id_seq",
                schema: "execution",
                table: "orders",
                columns: new[] { "group_id", "seq" });

            migrationBuilder.CreateIndex(
                name: "ix_orders_status_seq",
                schema: "execution",
                table: "orders",
                columns: new[] { "status", "seq" });

            migrationBuilder.CreateIndex(
                name: "ix_orders_symbol_seq",
                schema: "execution",
                table: "orders",
                columns: new[] { "symbol", "seq" });

            migrationBuilder.CreateIndex(
                name: "ix_positions_account_id_group_id_symbol",
                schema: "execution",
                table: "positions",
                columns: new[] { "account_id", "group_id", "symbol" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "bindings",
                schema: "execution");

            migrationBuilder.DropTable(
                name: "equity",
                schema: "execution");

            migrationBuilder.DropTable(
                name: "fills",
                schema: "execution");

            migrationBuilder.DropTable(
                name: "positions",
                schema: "execution");

            migrationBuilder.DropTable(
                name: "orders",
                schema: "execution");

            migrationBuilder.DropTable(
                name: "accounts",
                schema: "execution");
        }
    }
}
