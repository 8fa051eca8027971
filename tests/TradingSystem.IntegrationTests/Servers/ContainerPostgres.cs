using Testcontainers.PostgreSql;

namespace TradingSystem.IntegrationTests.Servers;

/// <summary>A PostgreSQL in a container; its port on loopback is chosen once, so that it is the same after a kill.</summary>
public sealed class ContainerPostgres : IPostgresServer
{
    private const string Password = "trading";

    private readonly int _port = OwnProcess.FreePort();
    private readonly PostgreSqlContainer _container;

    public ContainerPostgres(string image, int connections) =>
        _container = new PostgreSqlBuilder(image)
            .WithDatabase("trading")
            .WithUsername("app")
            .WithPassword(Password)
            .WithPortBinding(_port, PostgreSqlBuilder.PostgreSqlPort)
            // The library's own settings forget the last commits when the server is killed.
            .WithCommand("-c", "synchronous_commit=on", "-c", "full_page_writes=on", "-c", $"max_connections={connections}")
            .Build();

    public string ConnectionString => $"Host=127.0.0.1;Port={_port};Username=app;Password={Password};Database=trading";

    public Task InitialiseAsync() => StartAsync();

    public Task StartAsync() => _container.StartAsync();

    public Task KillAsync() => ContainerKill.KillAsync(_container);

    public ValueTask DisposeAsync() => _container.DisposeAsync();
}
