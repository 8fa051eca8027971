namespace TradingSystem.IntegrationTests.Servers;

/// <summary>A fixture's own database on the server that all share.</summary>
/// <param name="migrated">As the product in one process leaves it after <c>--migrate</c>, not empty.</param>
internal sealed class FixtureDatabase(bool migrated = false) : ITestDatabase
{
    private string? _connection;

    public string ConnectionString => _connection ?? throw new InvalidOperationException("InitialiseAsync comes first.");

    public async Task InitialiseAsync() => _connection = migrated ? await SharedServers.AddProductDatabaseAsync() : await SharedServers.AddDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
        {
            await SharedServers.RemoveDatabaseAsync(connection);
        }
    }
}
