using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TradingSystem.Execution.Migrations
{
    /// <inheritdoc />
    public partial class DecisionPath : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "fk_fills_orders_order_id",
                schema: "execution",
                table: "fills");

            migrationBuilder.DropForeignKey(
                name: "fk_orders_accounts_account_id",
                schema: "execution",
                table: "orders");

            migrationBuilder.DropUniqueConstraint(
                name: "ak_orders_id",
                schema: "execution",
                table: "orders");

            migrationBuilder.DropIndex(
                name: "ix_orders_account_id",
                schema: "execution",
                table: "orders");

            migrationBuilder.DropIndex(
                name: "ix_orders_client_order_id",
                schema: "execution",
                table: "orders");

            migrationBuilder.DropIndex(
                name: "ix_orders_status_seq",
                schema: "execution",
                table: "orders");

            migrationBuilder.DropIndex(
                name: "ix_fills_id",
                schema: "execution",
                table: "fills");

            migrationBuilder.DropIndex(
                name: "ix_fills_order_id",
                schema: "execution",
                table: "fills");

            migrationBuilder.AlterTable(
                name: "positions",
                schema: "execution")
                .Annotation("Npgsql:StorageParameter:fillfactor", 50);

            migrationBuilder.AlterTable(
                name: "equity",
                schema: "execution")
                .Annotation("Npgsql:StorageParameter:fillfactor", 50);

            migrationBuilder.AlterTable(
                name: "accounts",
                schema: "execution")
                .Annotation("Npgsql:StorageParameter:fillfactor", 50);

            migrationBuilder.CreateTable(
                name: "fences",
                schema: "execution",
                columns: table => new
                {
                    token_id = table.Column<Guid>(type: "uuid", nullable: false),
                    epoch = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_fences", x => x.token_id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_orders_status_seq",
                schema: "execution",
                table: "orders",
                columns: new[] { "status", "seq" },
                filter: "status not in ('filled', 'closed')");

            // For statements that are sent together: fails them all when what they rest on is no longer so.
            migrationBuilder.Sql("""
                create function execution.require(condition boolean) returns void language plpgsql as $$
                begin
                    if condition is not true then
                        raise exception 'changed by another node' using errcode = 'serialization_failure';
                    end if;
                end $$;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("drop function execution.require(boolean);");

            migrationBuilder.DropTable(
                name: "fences",
                schema: "execution");

            migrationBuilder.DropIndex(
                name: "ix_orders_status_seq",
                schema: "execution",
                table: "orders");

            migrationBuilder.AlterTable(
                name: "positions",
                schema: "execution")
                .OldAnnotation("Npgsql:StorageParameter:fillfactor", 50);

            migrationBuilder.AlterTable(
                name: "equity",
                schema: "execution")
                .OldAnnotation("Npgsql:StorageParameter:fillfactor", 50);

            migrationBuilder.AlterTable(
                name: "accounts",
                schema: "execution")
                .OldAnnotation("Npgsql:StorageParameter:fillfactor", 50);

            migrationBuilder.AddUniqueConstraint(
                name: "ak_orders_id",
                schema: "execution",
                table: "orders",
                column: "id");

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
                name: "ix_orders_status_seq",
                schema: "execution",
                table: "orders",
                columns: new[] { "status", "seq" });

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

            migrationBuilder.AddForeignKey(
                name: "fk_fills_orders_order_id",
                schema: "execution",
                table: "fills",
                column: "order_id",
                principalSchema: "execution",
                principalTable: "orders",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "fk_orders_accounts_account_id",
                schema: "execution",
                table: "orders",
                column: "account_id",
                principalSchema: "execution",
                principalTable: "accounts",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict);
        }
    }
}
