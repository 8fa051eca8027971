using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace TradingSystem.Trigger.Migrations
{
    /// <inheritdoc />
    public partial class Schedules : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "schedule_cancels",
                schema: "trigger",
                columns: table => new
                {
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    schedule_id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_schedule_cancels", x => new { x.owner_id, x.schedule_id });
                });

            migrationBuilder.CreateTable(
                name: "schedule_owners",
                schema: "trigger",
                columns: table => new
                {
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    active = table.Column<bool>(type: "boolean", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_schedule_owners", x => x.owner_id);
                });

            migrationBuilder.CreateTable(
                name: "schedules",
                schema: "trigger",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    seq = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    owner = table.Column<string>(type: "text", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    signal = table.Column<string>(type: "text", nullable: false),
                    due_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    symbol = table.Column<string>(type: "text", nullable: true),
                    market = table.Column<string>(type: "text", nullable: true),
                    armed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    armed_low = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: true),
                    armed_high = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_schedules", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "occurrences",
                schema: "trigger",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    seq = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    schedule_id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    outcome = table.Column<string>(type: "text", nullable: false),
                    count = table.Column<int>(type: "integer", nullable: false),
                    price = table.Column<decimal>(type: "numeric(38,18)", precision: 38, scale: 18, nullable: true),
                    claimed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    tried_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    sent_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_occurrences", x => x.id);
                    table.ForeignKey(
                        name: "fk_occurrences_schedules_schedule_id",
                        column: x => x.schedule_id,
                        principalSchema: "trigger",
                        principalTable: "schedules",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_occurrences_claimed_at",
                schema: "trigger",
                table: "occurrences",
                column: "claimed_at");

            migrationBuilder.CreateIndex(
                name: "ix_occurrences_schedule_id_seq",
                schema: "trigger",
                table: "occurrences",
                columns: new[] { "schedule_id", "seq" });

            migrationBuilder.CreateIndex(
                name: "ix_occurrences_seq",
                schema: "trigger",
                table: "occurrences",
                column: "seq",
                filter: "sent_at is null");

            migrationBuilder.CreateIndex(
                name: "ix_schedules_due_at",
                schema: "trigger",
                table: "schedules",
                column: "due_at",
                filter: "due_at is not null");

            migrationBuilder.CreateIndex(
                name: "ix_schedules_ended_at",
                schema: "trigger",
                table: "schedules",
                column: "ended_at",
                filter: "ended_at is not null");

            migrationBuilder.CreateIndex(
                name: "ix_schedules_kind",
                schema: "trigger",
                table: "schedules",
                column: "kind",
                filter: "state = 'active'");

            migrationBuilder.CreateIndex(
                name: "ix_schedules_owner_id",
                schema: "trigger",
                table: "schedules",
                column: "owner_id",
                filter: "state = 'active'");

            migrationBuilder.CreateIndex(
                name: "ix_schedules_seq",
                schema: "trigger",
                table: "schedules",
                column: "seq",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "occurrences",
                schema: "trigger");

            migrationBuilder.DropTable(
                name: "schedule_cancels",
                schema: "trigger");

            migrationBuilder.DropTable(
                name: "schedule_owners",
                schema: "trigger");

            migrationBuilder.DropTable(
                name: "schedules",
                schema: "trigger");
        }
    }
}
