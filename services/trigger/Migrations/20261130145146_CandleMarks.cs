using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TradingSystem.Trigger.Migrations
{
    /// <inheritdoc />
    public partial class CandleMarks : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<decimal>(
                name: "funding_rate",
                schema: "trigger",
                table: "candles",
                type: "numeric(38,18)",
                precision: 38,
                scale: 18,
                nullable: true);

            migrationBuilder.AddColumn<decimal>(
                name: "mark_price",
                schema: "trigger",
                table: "candles",
                type: "numeric(38,18)",
                precision: 38,
                scale: 18,
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "funding_rate",
                schema: "trigger",
                table: "candles");

            migrationBuilder.DropColumn(
                name: "mark_price",
                schema: "trigger",
                table: "candles");
        }
    }
}
