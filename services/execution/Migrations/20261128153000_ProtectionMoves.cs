using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace TradingSystem.Execution.Migrations
{
    /// <inheritdoc />
    public partial class ProtectionMoves : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<Guid>(
                name: "protects_decision_id",
                schema: "execution",
                table: "protection_plans",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "protects_decision_id",
                schema: "execution",
                table: "protection_legs",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "removed",
                schema: "execution",
                table: "desk_protections",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateTable(
                name: "protection_moves",
                schema: "execution",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    seq = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    group_id = table.Column<Guid>(type: "uuid", nullable: false),
                    group_name = table.Column<string>(type: "text", nullable: false),
                    symbol = table.Column<string>(type: "text", nullable: false),
                    mode = table.Column<string>(type: "text", nullable: false),
                    moves_stop = table.Column<bool>(type: "boolean", nullable: false),
                    stop_loss = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: true),
                    moves_take = table.Column<bool>(type: "boolean", nullable: false),
                    take_profit = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: true),
                    stop_before = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: true),
                    take_before = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: true),
                    was_removed = table.Column<bool>(type: "boolean", nullable: false),
                    requested_by = table.Column<string>(type: "text", nullable: false),
                    request_id = table.Column<string>(type: "text", nullable: true),
                    correlation_id = table.Column<string>(type: "text", nullable: true),
                    trace_parent = table.Column<string>(type: "text", nullable: true),
                    state = table.Column<string>(type: "text", nullable: false),
                    reason_code = table.Column<string>(type: "text", nullable: true),
                    reason_message = table.Column<string>(type: "text", nullable: true),
                    told = table.Column<string>(type: "text", nullable: true),
                    announced_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    begun_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_protection_moves", x => x.id);
                })
                .Annotation("Npgsql:StorageParameter:fillfactor", 50);

            migrationBuilder.CreateIndex(
                name: "ix_protection_moves_account_id_seq",
                schema: "execution",
                table: "protection_moves",
                columns: new[] { "account_id", "seq" },
                filter: "state in ('waiting', 'moving')");

            migrationBuilder.CreateIndex(
                name: "ix_protection_moves_group_id_symbol_created_at",
                schema: "execution",
                table: "protection_moves",
                columns: new[] { "group_id", "symbol", "created_at" });

            migrationBuilder.CreateIndex(
                name: "ix_protection_moves_seq",
                schema: "execution",
                table: "protection_moves",
                column: "seq",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_protection_moves_updated_at",
                schema: "execution",
                table: "protection_moves",
                column: "updated_at",
                filter: "told is not null and announced_at is null");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "protection_moves",
                schema: "execution");

            migrationBuilder.DropColumn(
                name: "protects_decision_id",
                schema: "execution",
                table: "protection_plans");

            migrationBuilder.DropColumn(
                name: "protects_decision_id",
                schema: "execution",
                table: "protection_legs");

            migrationBuilder.DropColumn(
                name: "removed",
                schema: "execution",
                table: "desk_protections");
        }
    }
}
