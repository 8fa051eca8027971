using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TradingSystem.Trigger.Migrations
{
    /// <inheritdoc />
    public partial class RuleEvaluations : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "rule_evaluations",
                schema: "trigger",
                columns: table => new
                {
                    market = table.Column<string>(type: "text", nullable: false),
                    run = table.Column<string>(type: "text", nullable: false),
                    rule_id = table.Column<Guid>(type: "uuid", nullable: false),
                    symbol = table.Column<string>(type: "text", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    met = table.Column<bool>(type: "boolean", nullable: true),
                    outcome = table.Column<string>(type: "text", nullable: true),
                    clauses = table.Column<string>(type: "jsonb", nullable: false),
                    event_id = table.Column<Guid>(type: "uuid", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_rule_evaluations", x => new { x.market, x.rule_id, x.symbol, x.run, x.at });
                });

            migrationBuilder.CreateTable(
                name: "rule_states",
                schema: "trigger",
                columns: table => new
                {
                    market = table.Column<string>(type: "text", nullable: false),
                    rule_id = table.Column<Guid>(type: "uuid", nullable: false),
                    symbol = table.Column<string>(type: "text", nullable: false),
                    kept_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    fired_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    event_id = table.Column<Guid>(type: "uuid", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_rule_states", x => new { x.market, x.rule_id, x.symbol });
                });

            migrationBuilder.CreateIndex(
                name: "ix_rule_evaluations_created_at",
                schema: "trigger",
                table: "rule_evaluations",
                column: "created_at");

            // Cooldowns go on. Of what came of the rules before nothing was kept, and nothing is made up.
            migrationBuilder.Sql(
                """
                insert into trigger.rule_states (market, rule_id, symbol, kept_until, fired_at, event_id)
                select distinct on (market, rule_id, symbol) market, rule_id, symbol, now(), at, event_id
                from trigger.rule_firings order by market, rule_id, symbol, at desc
                """);
            migrationBuilder.DropTable(
                name: "rule_firings",
                schema: "trigger");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "rule_evaluations",
                schema: "trigger");

            migrationBuilder.DropTable(
                name: "rule_states",
                schema: "trigger");

            migrationBuilder.CreateTable(
                name: "rule_firings",
                schema: "trigger",
                columns: table => new
                {
                    market = table.Column<string>(type: "text", nullable: false),
                    rule_id = table.Column<Guid>(type: "uuid", nullable: false),
                    symbol = table.Column<string>(type: "text", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    event_id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_rule_firings", x => new { x.market, x.rule_id, x.symbol, x.at });
                });

            migrationBuilder.CreateIndex(
                name: "ix_rule_firings_created_at",
                schema: "trigger",
                table: "rule_firings",
                column: "created_at");
        }
    }
}
