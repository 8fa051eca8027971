namespace TradingSystem.TestSupport.Servers;

/// <summary>A RabbitMQ virtual host that nobody else uses.</summary>
public interface ITestBroker : IAsyncDisposable
{
    /// <summary>amqp:// with user, password and virtual host.</summary>
    string Address { get; }

    /// <summary>Makes it; ends when it can be connected to.</summary>
    Task StartAsync();

    /// <summary>The last lines of its node's log.</summary>
    string Logs();
}
