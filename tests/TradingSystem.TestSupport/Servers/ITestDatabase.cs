namespace TradingSystem.TestSupport.Servers;

/// <summary>A PostgreSQL database that nobody else uses.</summary>
public interface ITestDatabase : IAsyncDisposable
{
    string ConnectionString { get; }

    /// <summary>Makes it; call once, before anything connects.</summary>
    Task InitialiseAsync();
}
