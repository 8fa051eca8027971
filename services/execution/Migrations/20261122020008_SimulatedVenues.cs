using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TradingSystem.Execution.Migrations
{
    /// <inheritdoc />
    public partial class SimulatedVenues : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "is_at_venue",
                schema: "execution",
                table: "orders",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            // What was handed to a desk before there was a column for it.
            migrationBuilder.Sql("update execution.orders set is_at_venue = true where mode <> 'simulated' and status not in ('rejected', 'recorded');");

            migrationBuilder.AddColumn<string>(
                name: "fill_model",
                schema: "execution",
                table: "accounts",
                type: "character varying(16)",
                maxLength: 16,
                nullable: false,
                defaultValue: "instant");

            migrationBuilder.CreateTable(
                name: "simulated_venue_records",
                schema: "execution",
                columns: table => new
                {
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    id = table.Column<long>(type: "bigint", nullable: false),
                    kind = table.Column<string>(type: "character varying(8)", maxLength: 8, nullable: false),
                    symbol = table.Column<string>(type: "text", nullable: false),
                    client_id = table.Column<string>(type: "text", nullable: true),
                    order_id = table.Column<long>(type: "bigint", nullable: true),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    body = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_simulated_venue_records", x => new { x.account_id, x.id });
                    table.ForeignKey(
                        name: "fk_simulated_venue_records_accounts_account_id",
                        column: x => x.account_id,
                        principalSchema: "execution",
                        principalTable: "accounts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "simulated_venues",
                schema: "execution",
                columns: table => new
                {
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_simulated_venues", x => x.account_id);
                    table.ForeignKey(
                        name: "fk_simulated_venues_accounts_account_id",
                        column: x => x.account_id,
                        principalSchema: "execution",
                        principalTable: "accounts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                })
                .Annotation("Npgsql:StorageParameter:fillfactor", 50);

            migrationBuilder.CreateIndex(
                name: "ix_simulated_venue_records_account_id_client_id",
                schema: "execution",
                table: "simulated_venue_records",
                columns: new[] { "account_id", "client_id" },
                filter: "client_id is not null");

            migrationBuilder.CreateIndex(
                name: "ix_simulated_venue_records_account_id_symbol_at",
                schema: "execution",
                table: "simulated_venue_records",
                columns: new[] { "account_id", "symbol", "at" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "simulated_venue_records",
                schema: "execution");

            migrationBuilder.DropTable(
                name: "simulated_venues",
                schema: "execution");

            migrationBuilder.DropColumn(
                name: "is_at_venue",
                schema: "execution",
                table: "orders");

            migrationBuilder.DropColumn(
                name: "fill_model",
                schema: "execution",
                table: "accounts");
        }
    }
}
