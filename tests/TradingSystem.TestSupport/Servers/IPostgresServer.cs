namespace TradingSystem.TestSupport.Servers;

/// <summary>
/// A whole PostgreSQL server with an empty database. It keeps its port and its data over <see cref="KillAsync"/> and <see cref="StartAsync"/>.
/// </summary>
public interface IPostgresServer : ITestDatabase
{
    /// <summary>Again, after it was killed.</summary>
    Task StartAsync();

    /// <summary>SIGKILL.</summary>
    Task KillAsync();
}
