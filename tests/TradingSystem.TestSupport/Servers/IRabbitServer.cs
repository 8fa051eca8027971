namespace TradingSystem.TestSupport.Servers;

/// <summary>A whole RabbitMQ node. It keeps its port and its queues over <see cref="KillAsync"/> and <see cref="ITestBroker.StartAsync"/>.</summary>
public interface IRabbitServer : ITestBroker
{
    int Port { get; }

    /// <summary>Where the management plugin answers; null for a node without it.</summary>
    Uri? Management { get; }

    /// <summary>SIGKILL.</summary>
    Task KillAsync();
}
