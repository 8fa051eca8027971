using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace TradingSystem.Trigger.Migrations
{
    /// <inheritdoc />
    public partial class Blackouts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_holds_until",
                schema: "trigger",
                table: "holds");

            migrationBuilder.AddColumn<string>(
                name: "blackout",
                schema: "trigger",
                table: "holds",
                type: "text",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "blackout_changes",
                schema: "trigger",
                columns: table => new
                {
                    blackout_id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    what = table.Column<string>(type: "text", nullable: false),
                    document = table.Column<string>(type: "jsonb", nullable: false),
                    actor = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    told_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_blackout_changes", x => new { x.blackout_id, x.version });
                });

            migrationBuilder.CreateTable(
                name: "blackout_list",
                schema: "trigger",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false),
                    revision = table.Column<long>(type: "bigint", nullable: false),
                    changed_by = table.Column<string>(type: "text", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    told_revision = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_blackout_list", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "blackouts",
                schema: "trigger",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    seq = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    name = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    document = table.Column<string>(type: "jsonb", nullable: false),
                    actor = table.Column<string>(type: "text", nullable: false),
                    revision = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    over_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    deleted_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_blackouts", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_holds_group_name_until",
                schema: "trigger",
                table: "holds",
                columns: new[] { "group_name", "until" },
                filter: "counted_at is null");

            migrationBuilder.Sql(
                """
                insert into trigger.blackout_list (id, revision, changed_by, changed_at, told_revision)
                values (1, (extract(epoch from now()) * 1000000)::bigint, '', now(), 0)
                """);

            migrationBuilder.CreateIndex(
                name: "ix_blackout_changes_created_at",
                schema: "trigger",
                table: "blackout_changes",
                column: "created_at",
                filter: "told_at is null");

            migrationBuilder.CreateIndex(
                name: "ix_blackouts_name",
                schema: "trigger",
                table: "blackouts",
                column: "name",
                unique: true,
                filter: "deleted_at is null");

            migrationBuilder.CreateIndex(
                name: "ix_blackouts_seq",
                schema: "trigger",
                table: "blackouts",
                column: "seq",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "blackout_changes",
                schema: "trigger");

            migrationBuilder.DropTable(
                name: "blackout_list",
                schema: "trigger");

            migrationBuilder.DropTable(
                name: "blackouts",
                schema: "trigger");

            migrationBuilder.DropIndex(
                name: "ix_holds_group_name_until",
                schema: "trigger",
                table: "holds");

            migrationBuilder.DropColumn(
                name: "blackout",
                schema: "trigger",
                table: "holds");

            migrationBuilder.CreateIndex(
                name: "ix_holds_until",
                schema: "trigger",
                table: "holds",
                column: "until",
                filter: "counted_at is null");
        }
    }
}
