using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Execution.Decisions;

/// <summary>Two nodes of execution on one database, which the fixture keeps for all its tests; each test has a group of its own.</summary>
/// <param name="fillModel">Of accounts that nobody made.</param>
public abstract class TwoNodes(string fillModel = "instant")
{
    private readonly FixtureDatabase _database = new();

    private protected ExecutionNode One { get; private set; } = null!;

    private protected ExecutionNode Two { get; private set; } = null!;

    protected Guid Group { get; private set; }

    protected string ConnectionString => _database.ConnectionString;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        await _database.InitialiseAsync();
        (One, Two) = (new(ConnectionString, fillModel: fillModel), new(ConnectionString, fillModel: fillModel));
        await One.MigrateAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        foreach (var node in new[] { One, Two }.OfType<ExecutionNode>())
        {
            await node.DisposeAsync();
        }

        await _database.DisposeAsync();
    }

    [SetUp]
    public void NewGroup() => Group = Guid.NewGuid();
}
