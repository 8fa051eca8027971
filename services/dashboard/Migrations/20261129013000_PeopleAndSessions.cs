using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace TradingSystem.Dashboard.Migrations
{
    /// <inheritdoc />
    public partial class PeopleAndSessions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "disabled",
                schema: "dashboard",
                table: "users",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<long>(
                name: "generation",
                schema: "dashboard",
                table: "users",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "last_sign_in_at",
                schema: "dashboard",
                table: "users",
                type: "timestamp with time zone",
                nullable: true);

            // Until now the settings were the one way to a password.
            migrationBuilder.AddColumn<bool>(
                name: "password_from_settings",
                schema: "dashboard",
                table: "users",
                type: "boolean",
                nullable: false,
                defaultValue: true);

            migrationBuilder.CreateTable(
                name: "user_audit",
                schema: "dashboard",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    actor = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    action = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    subject = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    address = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    detail = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_user_audit", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "sessions",
                schema: "dashboard",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    user_id = table.Column<Guid>(type: "uuid", nullable: false),
                    token_hash = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: false),
                    previous_hash = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    rotated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    end_reason = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: true),
                    address = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_sessions", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "hub_tickets",
                schema: "dashboard",
                columns: table => new
                {
                    hash = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: false),
                    session_id = table.Column<Guid>(type: "uuid", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_hub_tickets", x => x.hash);
                });

            migrationBuilder.CreateTable(
                name: "revocations",
                schema: "dashboard",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    session_id = table.Column<Guid>(type: "uuid", nullable: true),
                    user_id = table.Column<Guid>(type: "uuid", nullable: true),
                    generation = table.Column<long>(type: "bigint", nullable: false),
                    reason = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_revocations", x => x.id);
                });

            migrationBuilder.CreateIndex(name: "ix_user_audit_at", schema: "dashboard", table: "user_audit", column: "at");
            migrationBuilder.CreateIndex(name: "ix_user_audit_action_at", schema: "dashboard", table: "user_audit", columns: new[] { "action", "at" });
            migrationBuilder.CreateIndex(name: "ix_sessions_user_id", schema: "dashboard", table: "sessions", column: "user_id");
            migrationBuilder.CreateIndex(name: "ix_sessions_expires_at", schema: "dashboard", table: "sessions", column: "expires_at");
            migrationBuilder.CreateIndex(name: "ix_hub_tickets_session_id", schema: "dashboard", table: "hub_tickets", column: "session_id");
            migrationBuilder.CreateIndex(name: "ix_revocations_until", schema: "dashboard", table: "revocations", column: "until");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(name: "user_audit", schema: "dashboard");
            migrationBuilder.DropTable(name: "sessions", schema: "dashboard");
            migrationBuilder.DropTable(name: "hub_tickets", schema: "dashboard");
            migrationBuilder.DropTable(name: "revocations", schema: "dashboard");
            migrationBuilder.DropColumn(name: "disabled", schema: "dashboard", table: "users");
            migrationBuilder.DropColumn(name: "generation", schema: "dashboard", table: "users");
            migrationBuilder.DropColumn(name: "last_sign_in_at", schema: "dashboard", table: "users");
            migrationBuilder.DropColumn(name: "password_from_settings", schema: "dashboard", table: "users");
        }
    }
}
