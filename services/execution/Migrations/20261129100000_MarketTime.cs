using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TradingSystem.Execution.Migrations
{
    /// <inheritdoc />
    public partial class MarketTime : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "market_time",
                schema: "execution",
                table: "orders",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "market_time",
                schema: "execution",
                table: "fills",
                type: "timestamp with time zone",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "market_time",
                schema: "execution",
                table: "orders");

            migrationBuilder.DropColumn(
                name: "market_time",
                schema: "execution",
                table: "fills");
        }
    }
}
