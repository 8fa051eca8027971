using Microsoft.EntityFrameworkCore;
using NUnit.Framework;
using TradingSystem.Execution.Legs;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Execution.Protection;

/// <summary>Two nodes with protection on one database, new ones for each test.</summary>
public abstract class TwoProtectionNodes
{
    private readonly FixtureDatabase _database = new();

    private protected ProtectionNode One { get; private set; } = null!;

    private protected ProtectionNode Two { get; private set; } = null!;

    protected Guid Group { get; private set; }

    protected string ConnectionString => _database.ConnectionString;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        await _database.InitialiseAsync();
        await using var node = new ProtectionNode(ConnectionString);
        await node.MigrateAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _database.DisposeAsync();

    [SetUp]
    public async Task OpenNodesAsync()
    {
        (One, Two) = (new(ConnectionString), new(ConnectionString));
        Group = Guid.NewGuid();
        // What other tests left waiting would be closed by this one's prices.
        await One.ReadAsync(db => db.ProtectionLegs.ExecuteDeleteAsync());
        await One.ReadAsync(db => db.ProtectionPlans.ExecuteDeleteAsync());
    }

    [TearDown]
    public async Task CloseNodesAsync()
    {
        await One.DisposeAsync();
        await Two.DisposeAsync();
    }
}
