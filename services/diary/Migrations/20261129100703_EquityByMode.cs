using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TradingSystem.Diary.Migrations
{
    /// <inheritdoc />
    public partial class EquityByMode : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "ix_equity_snapshots_mode_seq",
                schema: "diary",
                table: "equity_snapshots",
                columns: new[] { "mode", "seq" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_equity_snapshots_mode_seq",
                schema: "diary",
                table: "equity_snapshots");
        }
    }
}
