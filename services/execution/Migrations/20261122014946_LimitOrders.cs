using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TradingSystem.Execution.Migrations
{
    /// <inheritdoc />
    public partial class LimitOrders : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "cancel_reason",
                schema: "execution",
                table: "desk_orders",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "closes",
                schema: "execution",
                table: "desk_orders",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "expires_at",
                schema: "execution",
                table: "desk_orders",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<decimal>(
                name: "price",
                schema: "execution",
                table: "desk_orders",
                type: "numeric(38,18)",
                precision: 38,
                scale: 18,
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "cancel_reason",
                schema: "execution",
                table: "desk_orders");

            migrationBuilder.DropColumn(
                name: "closes",
                schema: "execution",
                table: "desk_orders");

            migrationBuilder.DropColumn(
                name: "expires_at",
                schema: "execution",
                table: "desk_orders");

            migrationBuilder.DropColumn(
                name: "price",
                schema: "execution",
                table: "desk_orders");
        }
    }
}
