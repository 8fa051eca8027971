using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TradingSystem.Gateway.Migrations
{
    /// <inheritdoc />
    public partial class GroupAccounts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "account_bound_at",
                schema: "gateway",
                table: "groups",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "account_id",
                schema: "gateway",
                table: "groups",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "account_revision",
                schema: "gateway",
                table: "groups",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "account_bound_at",
                schema: "gateway",
                table: "groups");

            migrationBuilder.DropColumn(
                name: "account_id",
                schema: "gateway",
                table: "groups");

            migrationBuilder.DropColumn(
                name: "account_revision",
                schema: "gateway",
                table: "groups");
        }
    }
}
