using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TradingSystem.Diary.Migrations
{
    /// <inheritdoc />
    public partial class FasterRows : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_events_event_type_seq",
                schema: "diary",
                table: "events");

            migrationBuilder.AlterColumn<string>(
                name: "reason",
                schema: "diary",
                table: "order_updates",
                type: "json",
                nullable: true,
                oldClrType: typeof(string),
                oldType: "jsonb",
                oldNullable: true);

            migrationBuilder.AddColumn<string[]>(
                name: "steps",
                schema: "diary",
                table: "order_updates",
                type: "text[]",
                nullable: true);

            migrationBuilder.AlterColumn<string>(
                name: "targets",
                schema: "diary",
                table: "events",
                type: "json",
                nullable: false,
                oldClrType: typeof(string),
                oldType: "jsonb");

            migrationBuilder.AlterColumn<string>(
                name: "tags",
                schema: "diary",
                table: "events",
                type: "json",
                nullable: false,
                oldClrType: typeof(string),
                oldType: "jsonb");

            migrationBuilder.AlterColumn<string>(
                name: "signal",
                schema: "diary",
                table: "events",
                type: "json",
                nullable: true,
                oldClrType: typeof(string),
                oldType: "jsonb",
                oldNullable: true);

            migrationBuilder.AlterColumn<string>(
                name: "condition",
                schema: "diary",
                table: "events",
                type: "json",
                nullable: true,
                oldClrType: typeof(string),
                oldType: "jsonb",
                oldNullable: true);

            migrationBuilder.AlterColumn<string>(
                name: "positions",
                schema: "diary",
                table: "equity_snapshots",
                type: "json",
                nullable: false,
                oldClrType: typeof(string),
                oldType: "jsonb");

            migrationBuilder.CreateIndex(
                name: "ix_events_seq",
                schema: "diary",
                table: "events",
                column: "seq",
                filter: "event_type = 'post_trade'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_events_seq",
                schema: "diary",
                table: "events");

            migrationBuilder.DropColumn(
                name: "steps",
                schema: "diary",
                table: "order_updates");

            migrationBuilder.AlterColumn<string>(
                name: "reason",
                schema: "diary",
                table: "order_updates",
                type: "jsonb",
                nullable: true,
                oldClrType: typeof(string),
                oldType: "json",
                oldNullable: true);

            migrationBuilder.AlterColumn<string>(
                name: "targets",
                schema: "diary",
                table: "events",
                type: "jsonb",
                nullable: false,
                oldClrType: typeof(string),
                oldType: "json");

            migrationBuilder.AlterColumn<string>(
                name: "tags",
                schema: "diary",
                table: "events",
                type: "jsonb",
                nullable: false,
                oldClrType: typeof(string),
                oldType: "json");

            migrationBuilder.AlterColumn<string>(
                name: "signal",
                schema: "diary",
                table: "events",
                type: "jsonb",
                nullable: true,
                oldClrType: typeof(string),
                oldType: "json",
                oldNullable: true);

            migrationBuilder.AlterColumn<string>(
                name: "condition",
                schema: "diary",
                table: "events",
                type: "jsonb",
                nullable: true,
                oldClrType: typeof(string),
                oldType: "json",
                oldNullable: true);

            migrationBuilder.AlterColumn<string>(
                name: "positions",
                schema: "diary",
                table: "equity_snapshots",
                type: "jsonb",
                nullable: false,
                oldClrType: typeof(string),
                oldType: "json");

            migrationBuilder.CreateIndex(
                name: "ix_events_event_type_seq",
                schema: "diary",
                table: "events",
                columns: new[] { "event_type", "seq" },
                filter: "event_type = 'post_trade'");
        }
    }
}
