using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TradingSystem.Trigger.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "trigger");

            migrationBuilder.CreateTable(
                name: "candles",
                schema: "trigger",
                columns: table => new
                {
                    source = table.Column<string>(type: "text", nullable: false),
                    symbol = table.Column<string>(type: "text", nullable: false),
                    interval = table.Column<string>(type: "text", nullable: false),
                    open_time = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    open = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    high = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    low = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    close = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false),
                    volume = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_candles", x => new { x.source, x.symbol, x.interval, x.open_time });
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "candles",
                schema: "trigger");
        }
    }
}
