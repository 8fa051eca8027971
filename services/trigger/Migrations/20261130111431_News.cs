using System;
using System.Collections.Generic;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace TradingSystem.Trigger.Migrations
{
    /// <inheritdoc />
    public partial class News : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "news_feeds",
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
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    deleted_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_news_feeds", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "news_stories",
                schema: "trigger",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    seq = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    feed_id = table.Column<Guid>(type: "uuid", nullable: false),
                    feed_name = table.Column<string>(type: "text", nullable: false),
                    key = table.Column<string>(type: "text", nullable: false),
                    guid = table.Column<string>(type: "text", nullable: true),
                    guid_key = table.Column<string>(type: "text", nullable: true),
                    link_key = table.Column<string>(type: "text", nullable: true),
                    link = table.Column<string>(type: "text", nullable: true),
                    title = table.Column<string>(type: "text", nullable: false),
                    summary = table.Column<string>(type: "text", nullable: false),
                    published_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    published_text = table.Column<string>(type: "text", nullable: true),
                    symbols = table.Column<List<string>>(type: "text[]", nullable: false),
                    tags = table.Column<List<string>>(type: "text[]", nullable: false),
                    targets = table.Column<List<string>>(type: "text[]", nullable: false),
                    priority = table.Column<int>(type: "integer", nullable: false),
                    headline = table.Column<string>(type: "text", nullable: false),
                    revision = table.Column<int>(type: "integer", nullable: false),
                    revised_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    outcome = table.Column<string>(type: "text", nullable: false),
                    same_as = table.Column<Guid>(type: "uuid", nullable: true),
                    seen_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_seen_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    claimed_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_news_stories", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "news_feed_states",
                schema: "trigger",
                columns: table => new
                {
                    feed_id = table.Column<Guid>(type: "uuid", nullable: false),
                    url = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    next_fetch_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    fetched_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    status = table.Column<int>(type: "integer", nullable: true),
                    error = table.Column<string>(type: "text", nullable: true),
                    failures = table.Column<int>(type: "integer", nullable: false),
                    notice = table.Column<string>(type: "text", nullable: true),
                    etag = table.Column<string>(type: "text", nullable: true),
                    last_modified = table.Column<string>(type: "text", nullable: true),
                    document_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    broken_off = table.Column<int>(type: "integer", nullable: false),
                    gone_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_news_feed_states", x => x.feed_id);
                    table.ForeignKey(
                        name: "fk_news_feed_states_news_feeds_feed_id",
                        column: x => x.feed_id,
                        principalSchema: "trigger",
                        principalTable: "news_feeds",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_news_feeds_name",
                schema: "trigger",
                table: "news_feeds",
                column: "name",
                unique: true,
                filter: "deleted_at is null");

            migrationBuilder.CreateIndex(
                name: "ix_news_feeds_seq",
                schema: "trigger",
                table: "news_feeds",
                column: "seq",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_news_stories_feed_id_guid_key",
                schema: "trigger",
                table: "news_stories",
                columns: new[] { "feed_id", "guid_key" });

            migrationBuilder.CreateIndex(
                name: "ix_news_stories_feed_id_key",
                schema: "trigger",
                table: "news_stories",
                columns: new[] { "feed_id", "key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_news_stories_feed_id_link_key",
                schema: "trigger",
                table: "news_stories",
                columns: new[] { "feed_id", "link_key" });

            migrationBuilder.CreateIndex(
                name: "ix_news_stories_feed_id_seq",
                schema: "trigger",
                table: "news_stories",
                columns: new[] { "feed_id", "seq" });

            migrationBuilder.CreateIndex(
                name: "ix_news_stories_feed_name_seq",
                schema: "trigger",
                table: "news_stories",
                columns: new[] { "feed_name", "seq" });

            migrationBuilder.CreateIndex(
                name: "ix_news_stories_pending",
                schema: "trigger",
                table: "news_stories",
                column: "seq",
                filter: "outcome = 'pending'");

            migrationBuilder.CreateIndex(
                name: "ix_news_stories_seen_at",
                schema: "trigger",
                table: "news_stories",
                column: "seen_at");

            migrationBuilder.CreateIndex(
                name: "ix_news_stories_seq",
                schema: "trigger",
                table: "news_stories",
                column: "seq",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_news_stories_symbols",
                schema: "trigger",
                table: "news_stories",
                column: "symbols")
                .Annotation("Npgsql:IndexMethod", "gin");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "news_feed_states",
                schema: "trigger");

            migrationBuilder.DropTable(
                name: "news_stories",
                schema: "trigger");

            migrationBuilder.DropTable(
                name: "news_feeds",
                schema: "trigger");
        }
    }
}
