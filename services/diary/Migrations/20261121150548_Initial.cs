using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TradingSystem.Diary.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "diary");

            migrationBuilder.CreateSequence(
                name: "entry_seq",
                schema: "diary");

            migrationBuilder.CreateTable(
                name: "equity_snapshots",
                schema: "diary",
                columns: table => new
                {
                    seq = table.Column<long>(type: "bigint", nullable: false, defaultValueSql: "nextval('diary.entry_seq')"),
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    group_id = table.Column<Guid>(type: "uuid", nullable: false),
                    group_name = table.Column<string>(type: "text", nullable: false),
                    mode = table.Column<string>(type: "text", nullable: false),
                    balance = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    equity = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    realized_pnl = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    unrealized_pnl = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    positions = table.Column<string>(type: "jsonb", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_equity_snapshots", x => x.seq);
                });

            migrationBuilder.CreateTable(
                name: "events",
                schema: "diary",
                columns: table => new
                {
                    seq = table.Column<long>(type: "bigint", nullable: false, defaultValueSql: "nextval('diary.entry_seq')"),
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    event_type = table.Column<string>(type: "text", nullable: false),
                    source_id = table.Column<string>(type: "text", nullable: false),
                    group_id = table.Column<Guid>(type: "uuid", nullable: true),
                    group_name = table.Column<string>(type: "text", nullable: true),
                    priority = table.Column<int>(type: "integer", nullable: false),
                    targets = table.Column<string>(type: "jsonb", nullable: false),
                    title = table.Column<string>(type: "text", nullable: false),
                    payload = table.Column<string>(type: "text", nullable: false),
                    tags = table.Column<string>(type: "jsonb", nullable: false),
                    condition = table.Column<string>(type: "jsonb", nullable: true),
                    signal = table.Column<string>(type: "jsonb", nullable: true),
                    correlation_id = table.Column<string>(type: "text", nullable: true),
                    trigger_event_id = table.Column<Guid>(type: "uuid", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_events", x => x.seq);
                });

            migrationBuilder.CreateTable(
                name: "groups",
                schema: "diary",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    market = table.Column<string>(type: "text", nullable: false),
                    symbol = table.Column<string>(type: "text", nullable: false),
                    interval = table.Column<string>(type: "text", nullable: false),
                    leverage = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    margin_usdt = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    position_mode = table.Column<string>(type: "text", nullable: false),
                    active = table.Column<bool>(type: "boolean", nullable: false),
                    hosted = table.Column<bool>(type: "boolean", nullable: false),
                    members = table.Column<string>(type: "jsonb", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    last_activity_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_groups", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "order_updates",
                schema: "diary",
                columns: table => new
                {
                    seq = table.Column<long>(type: "bigint", nullable: false, defaultValueSql: "nextval('diary.entry_seq')"),
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    order_id = table.Column<Guid>(type: "uuid", nullable: false),
                    decision_id = table.Column<Guid>(type: "uuid", nullable: false),
                    client_decision_id = table.Column<string>(type: "text", nullable: true),
                    group_id = table.Column<Guid>(type: "uuid", nullable: false),
                    group_name = table.Column<string>(type: "text", nullable: false),
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    mode = table.Column<string>(type: "text", nullable: false),
                    status = table.Column<string>(type: "text", nullable: false),
                    terminal = table.Column<bool>(type: "boolean", nullable: false),
                    symbol = table.Column<string>(type: "text", nullable: false),
                    side = table.Column<string>(type: "text", nullable: true),
                    qty = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    avg_price = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: true),
                    fee = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    realized_pnl = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    reason = table.Column<string>(type: "jsonb", nullable: true),
                    trigger_event_id = table.Column<Guid>(type: "uuid", nullable: true),
                    correlation_id = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_order_updates", x => x.seq);
                });

            migrationBuilder.CreateTable(
                name: "system_logs",
                schema: "diary",
                columns: table => new
                {
                    seq = table.Column<long>(type: "bigint", nullable: false, defaultValueSql: "nextval('diary.entry_seq')"),
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    source_kind = table.Column<string>(type: "text", nullable: false),
                    source_id = table.Column<string>(type: "text", nullable: false),
                    level = table.Column<string>(type: "text", nullable: false),
                    code = table.Column<string>(type: "text", nullable: false),
                    message = table.Column<string>(type: "text", nullable: false),
                    detail = table.Column<string>(type: "jsonb", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_system_logs", x => x.seq);
                });

            migrationBuilder.CreateTable(
                name: "trading_group_discussions",
                schema: "diary",
                columns: table => new
                {
                    seq = table.Column<long>(type: "bigint", nullable: false, defaultValueSql: "nextval('diary.entry_seq')"),
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    group_id = table.Column<Guid>(type: "uuid", nullable: false),
                    group_name = table.Column<string>(type: "text", nullable: false),
                    message = table.Column<string>(type: "text", nullable: false),
                    member_opinions = table.Column<string>(type: "jsonb", nullable: false),
                    decision = table.Column<string>(type: "jsonb", nullable: false),
                    trigger_event_id = table.Column<Guid>(type: "uuid", nullable: true),
                    decision_id = table.Column<Guid>(type: "uuid", nullable: true),
                    correlation_id = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_trading_group_discussions", x => x.seq);
                });

            migrationBuilder.CreateIndex(
                name: "ix_equity_snapshots_created_at",
                schema: "diary",
                table: "equity_snapshots",
                column: "created_at")
                .Annotation("Npgsql:IndexMethod", "brin");

            migrationBuilder.CreateIndex(
                name: "ix_equity_snapshots_group_id_seq",
                schema: "diary",
                table: "equity_snapshots",
                columns: new[] { "group_id", "seq" });

            migrationBuilder.CreateIndex(
                name: "ix_equity_snapshots_id",
                schema: "diary",
                table: "equity_snapshots",
                column: "id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_events_created_at",
                schema: "diary",
                table: "events",
                column: "created_at")
                .Annotation("Npgsql:IndexMethod", "brin");

            migrationBuilder.CreateIndex(
                name: "ix_events_event_type_seq",
                schema: "diary",
                table: "events",
                columns: new[] { "event_type", "seq" },
                filter: "event_type = 'post_trade'");

            migrationBuilder.CreateIndex(
                name: "ix_events_group_id_seq",
                schema: "diary",
                table: "events",
                columns: new[] { "group_id", "seq" },
                filter: "group_id is not null");

            migrationBuilder.CreateIndex(
                name: "ix_events_id",
                schema: "diary",
                table: "events",
                column: "id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_events_source_id_seq",
                schema: "diary",
                table: "events",
                columns: new[] { "source_id", "seq" });

            migrationBuilder.CreateIndex(
                name: "ix_order_updates_created_at",
                schema: "diary",
                table: "order_updates",
                column: "created_at")
                .Annotation("Npgsql:IndexMethod", "brin");

            migrationBuilder.CreateIndex(
                name: "ix_order_updates_id",
                schema: "diary",
                table: "order_updates",
                column: "id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_system_logs_created_at",
                schema: "diary",
                table: "system_logs",
                column: "created_at")
                .Annotation("Npgsql:IndexMethod", "brin");

            migrationBuilder.CreateIndex(
                name: "ix_system_logs_id",
                schema: "diary",
                table: "system_logs",
                column: "id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_trading_group_discussions_created_at",
                schema: "diary",
                table: "trading_group_discussions",
                column: "created_at")
                .Annotation("Npgsql:IndexMethod", "brin");

            migrationBuilder.CreateIndex(
                name: "ix_trading_group_discussions_group_id_seq",
                schema: "diary",
                table: "trading_group_discussions",
                columns: new[] { "group_id", "seq" });

            migrationBuilder.CreateIndex(
                name: "ix_trading_group_discussions_id",
                schema: "diary",
                table: "trading_group_discussions",
                column: "id",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "equity_snapshots",
                schema: "diary");

            migrationBuilder.DropTable(
                name: "events",
                schema: "diary");

            migrationBuilder.DropTable(
                name: "groups",
                schema: "diary");

            migrationBuilder.DropTable(
                name: "order_updates",
                schema: "diary");

            migrationBuilder.DropTable(
                name: "system_logs",
                schema: "diary");

            migrationBuilder.DropTable(
                name: "trading_group_discussions",
                schema: "diary");

            migrationBuilder.DropSequence(
                name: "entry_seq",
                schema: "diary");
        }
    }
}
