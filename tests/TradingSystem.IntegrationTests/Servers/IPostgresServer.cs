namespace TradingSystem.IntegrationTests.Servers;

/// <summary>A PostgreSQL of a fixture's own, with an empty database. It keeps its port and its data over <see cref="KillAsync"/> and <see cref="StartAsync"/>.</summary>
public interface IPostgresServer : IAsyncDisposable
{
    string ConnectionString { get; }

    /// <summary>Makes it and starts it for the first time.</summary>
    Task InitialiseAsync();

    Task StartAsync();

    /// <summary>SIGKILL.</summary>
    Task KillAsync();
}
