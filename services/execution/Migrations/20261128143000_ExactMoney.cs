using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TradingSystem.Execution.Migrations
{
    /// <inheritdoc />
    public partial class ExactMoney : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<decimal>(
                name: "cost",
                schema: "execution",
                table: "positions",
                type: "numeric(38,18)",
                precision: 38,
                scale: 18,
                nullable: false,
                defaultValue: 0m);

            // What is held cost its average, as far as that was kept.
            migrationBuilder.Sql("update execution.positions set cost = qty * avg_price;");

            migrationBuilder.DropColumn(
                name: "avg_price",
                schema: "execution",
                table: "positions");

            migrationBuilder.AddColumn<decimal>(
                name: "filled_value",
                schema: "execution",
                table: "desk_orders",
                type: "numeric(38,18)",
                precision: 38,
                scale: 18,
                nullable: false,
                defaultValue: 0m);

            migrationBuilder.Sql("update execution.desk_orders set filled_value = filled * avg_price where avg_price is not null;");

            migrationBuilder.AddColumn<string>(
                name: "fee_asset",
                schema: "execution",
                table: "fills",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<decimal>(
                name: "fee_asset_qty",
                schema: "execution",
                table: "fills",
                type: "numeric(38,18)",
                precision: 38,
                scale: 18,
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "fee_pending",
                schema: "execution",
                table: "fills",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateIndex(
                name: "ix_fills_account_id",
                schema: "execution",
                table: "fills",
                column: "account_id",
                filter: "fee_pending");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_fills_account_id",
                schema: "execution",
                table: "fills");

            migrationBuilder.DropColumn(
                name: "fee_asset",
                schema: "execution",
                table: "fills");

            migrationBuilder.DropColumn(
                name: "fee_asset_qty",
                schema: "execution",
                table: "fills");

            migrationBuilder.DropColumn(
                name: "fee_pending",
                schema: "execution",
                table: "fills");

            migrationBuilder.DropColumn(
                name: "filled_value",
                schema: "execution",
                table: "desk_orders");

            migrationBuilder.AddColumn<decimal>(
                name: "avg_price",
                schema: "execution",
                table: "positions",
                type: "numeric(38,18)",
                precision: 38,
                scale: 18,
                nullable: false,
                defaultValue: 0m);

            migrationBuilder.Sql("update execution.positions set avg_price = round(cost / qty, 12) where qty <> 0;");

            migrationBuilder.DropColumn(
                name: "cost",
                schema: "execution",
                table: "positions");
        }
    }
}
