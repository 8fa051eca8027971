using System;
using System.Collections.Generic;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace TradingSystem.Trigger.Migrations
{
    /// <inheritdoc />
    public partial class Signals : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "signals",
                schema: "trigger",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    seq = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    clock = table.Column<string>(type: "text", nullable: false),
                    raised_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    market_time = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    topic = table.Column<string>(type: "text", nullable: true),
                    says = table.Column<string>(type: "text", nullable: false),
                    source_id = table.Column<string>(type: "text", nullable: false),
                    priority = table.Column<int>(type: "integer", nullable: false),
                    title = table.Column<string>(type: "text", nullable: false),
                    outcome = table.Column<string>(type: "text", nullable: false),
                    groups = table.Column<List<string>>(type: "text[]", nullable: false),
                    same_as = table.Column<Guid>(type: "uuid", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    @event = table.Column<string>(name: "event", type: "text", nullable: true),
                    news_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    confirmed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    given_up_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    told_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    claimed_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_signals", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "targeted_groups",
                schema: "trigger",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    market = table.Column<string>(type: "text", nullable: false),
                    symbol = table.Column<string>(type: "text", nullable: false),
                    active = table.Column<bool>(type: "boolean", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_targeted_groups", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "holds",
                schema: "trigger",
                columns: table => new
                {
                    signal_id = table.Column<Guid>(type: "uuid", nullable: false),
                    group_name = table.Column<string>(type: "text", nullable: false),
                    clock = table.Column<string>(type: "text", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: false),
                    same_as = table.Column<Guid>(type: "uuid", nullable: true),
                    until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    summary_id = table.Column<Guid>(type: "uuid", nullable: true),
                    counted_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_holds", x => new { x.signal_id, x.group_name });
                    table.ForeignKey(
                        name: "fk_holds_signals_signal_id",
                        column: x => x.signal_id,
                        principalSchema: "trigger",
                        principalTable: "signals",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_holds_group_name",
                schema: "trigger",
                table: "holds",
                column: "group_name");

            migrationBuilder.CreateIndex(
                name: "ix_holds_summary_id",
                schema: "trigger",
                table: "holds",
                column: "summary_id");

            migrationBuilder.CreateIndex(
                name: "ix_holds_until",
                schema: "trigger",
                table: "holds",
                column: "until",
                filter: "counted_at is null");

            migrationBuilder.CreateIndex(
                name: "ix_signals_clock_at",
                schema: "trigger",
                table: "signals",
                columns: new[] { "clock", "at" },
                filter: "outcome = 'sent'");

            migrationBuilder.CreateIndex(
                name: "ix_signals_clock_topic_raised_at",
                schema: "trigger",
                table: "signals",
                columns: new[] { "clock", "topic", "raised_at" },
                filter: "outcome = 'sent' and topic is not null");

            migrationBuilder.CreateIndex(
                name: "ix_signals_created_at",
                schema: "trigger",
                table: "signals",
                column: "created_at");

            migrationBuilder.CreateIndex(
                name: "ix_signals_open",
                schema: "trigger",
                table: "signals",
                column: "seq",
                filter: "(event is not null and confirmed_at is null and given_up_at is null) or told_at is null");

            migrationBuilder.CreateIndex(
                name: "ix_signals_outcome_seq",
                schema: "trigger",
                table: "signals",
                columns: new[] { "outcome", "seq" });

            migrationBuilder.CreateIndex(
                name: "ix_signals_seq",
                schema: "trigger",
                table: "signals",
                column: "seq",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_signals_source_id_seq",
                schema: "trigger",
                table: "signals",
                columns: new[] { "source_id", "seq" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "holds",
                schema: "trigger");

            migrationBuilder.DropTable(
                name: "targeted_groups",
                schema: "trigger");

            migrationBuilder.DropTable(
                name: "signals",
                schema: "trigger");
        }
    }
}
