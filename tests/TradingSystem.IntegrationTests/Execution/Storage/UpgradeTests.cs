using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Orders;
using TradingSystem.IntegrationTests.Execution.Decisions;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Execution.Storage;

/// <summary>Tables of the version before, with positions open.</summary>
[TestFixture]
public sealed class UpgradeTests
{
    private const string Before = "20261122020008_SimulatedVenues";

    private readonly FixtureDatabase _database = new();

    [OneTimeSetUp]
    public Task StartAsync() => _database.InitialiseAsync();

    [OneTimeTearDown]
    public ValueTask StopAsync() => _database.DisposeAsync();

    [Test]
    public async Task Open_positions_keep_what_they_cost_and_are_closed_for_what_that_makes()
    {
        var (rising, falling) = (Guid.NewGuid(), Guid.NewGuid());
        await using (var node = new ExecutionNode(_database.ConnectionString))
        {
            await node.MigrateAsync();
            foreach (var price in new[] { 100_000m, 100_033.3m, 99_999.9m })
            {
                node.Price(price);
                await node.ProcessAsync(ExecutionNode.Decision(rising), ExecutionNode.Decision(falling, TradeAction.Short));
            }

            await MigrateAsync(node, Before);
            Assert.That(
                await node.ReadAsync(db => db.Database.SqlQuery<decimal>($"select avg_price as \"Value\" from execution.positions").CountAsync(p => p > 0m)),
                Is.EqualTo(2), "what the version before had");
            // As it kept an average: at twelve places.
            await MigrateAsync(node, null);
        }

        await using var upgraded = new ExecutionNode(_database.ConnectionString);
        upgraded.Price(100_000m);
        foreach (var group in new[] { rising, falling })
        {
            var held = await PositionAsync(upgraded, group);
            var fills = await upgraded.ReadAsync(db => db.Fills.Where(f => f.GroupId == group).ToListAsync());
            var bought = fills.Sum(f => (f.Side == "BUY" ? f.Qty : -f.Qty) * f.Price);
            Assert.That(held.Cost, Is.EqualTo(bought).Within(Math.Abs(held.Qty) * 0.000_000_000_001m));
            var close = (await upgraded.ProcessAsync(ExecutionNode.Decision(group, TradeAction.Close)))[0];
            var exit = await upgraded.ReadAsync(db => db.Fills.SingleAsync(f => f.OrderId == close.Id));
            var flat = await PositionAsync(upgraded, group);
            Assert.That((flat.Qty, flat.Cost, flat.RealizedPnl), Is.EqualTo((0m, 0m, (held.Qty * exit.Price) - held.Cost)));
        }
    }

    private static async Task MigrateAsync(ExecutionNode node, string? to)
    {
        await using var db = await node.Databases.CreateDbContextAsync();
        await db.GetService<IMigrator>().MigrateAsync(to);
    }

    private static Task<Position> PositionAsync(ExecutionNode node, Guid group) => node.ReadAsync(db => db.Positions.AsNoTracking().SingleAsync(p => p.GroupId == group));
}
