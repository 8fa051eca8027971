using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TradingSystem.Gateway.Migrations
{
    /// <inheritdoc />
    public partial class TriggerStatus : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "last_error_at",
                schema: "gateway",
                table: "triggers",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "last_error_code",
                schema: "gateway",
                table: "triggers",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "last_error_message",
                schema: "gateway",
                table: "triggers",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "last_event_at",
                schema: "gateway",
                table: "triggers",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "last_event_id",
                schema: "gateway",
                table: "triggers",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "last_event_title",
                schema: "gateway",
                table: "triggers",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "last_frame_at",
                schema: "gateway",
                table: "triggers",
                type: "timestamp with time zone",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "last_error_at",
                schema: "gateway",
                table: "triggers");

            migrationBuilder.DropColumn(
                name: "last_error_code",
                schema: "gateway",
                table: "triggers");

            migrationBuilder.DropColumn(
                name: "last_error_message",
                schema: "gateway",
                table: "triggers");

            migrationBuilder.DropColumn(
                name: "last_event_at",
                schema: "gateway",
                table: "triggers");

            migrationBuilder.DropColumn(
                name: "last_event_id",
                schema: "gateway",
                table: "triggers");

            migrationBuilder.DropColumn(
                name: "last_event_title",
                schema: "gateway",
                table: "triggers");

            migrationBuilder.DropColumn(
                name: "last_frame_at",
                schema: "gateway",
                table: "triggers");
        }
    }
}
