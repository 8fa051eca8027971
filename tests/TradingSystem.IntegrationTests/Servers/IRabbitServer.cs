namespace TradingSystem.IntegrationTests.Servers;

/// <summary>A RabbitMQ node of a fixture's own. It keeps its port and its queues over <see cref="KillAsync"/> and <see cref="StartAsync"/>.</summary>
public interface IRabbitServer : IAsyncDisposable
{
    int Port { get; }

    /// <summary>amqp:// with user and password.</summary>
    string Address { get; }

    Task StartAsync();

    /// <summary>SIGKILL.</summary>
    Task KillAsync();

    string Logs();
}
