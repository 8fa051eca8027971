using Testcontainers.RabbitMq;

namespace TradingSystem.IntegrationTests.Servers;

/// <summary>A RabbitMQ node in a container; its port on loopback is chosen once, so that it is the same after a kill.</summary>
public sealed class ContainerRabbit : IRabbitServer
{
    private const int ManagementPort = 15672;

    private readonly int _management = OwnProcess.FreePort();
    private readonly RabbitMqContainer _container;

    public ContainerRabbit(string image) =>
        _container = new RabbitMqBuilder(image)
            .WithUsername("guest")
            .WithPassword("guest")
            // The node's data folder is named after the host.
            .WithHostname("rabbitmq")
            .WithPortBinding(Port, RabbitMqBuilder.RabbitMqPort)
            .WithPortBinding(_management, ManagementPort)
            .Build();

    public int Port { get; } = OwnProcess.FreePort();

    /// <summary>The image has the plugin.</summary>
    public Uri? Management => new($"http://127.0.0.1:{_management}");

    public string Address => $"amqp://guest:guest@127.0.0.1:{Port}/";

    public Task StartAsync() => _container.StartAsync();

    public Task KillAsync() => ContainerKill.KillAsync(_container);

    public string Logs()
    {
        var (output, errors) = _container.GetLogsAsync().GetAwaiter().GetResult();
        return string.Join('\n', $"{output}\n{errors}".Split('\n').TakeLast(60));
    }

    public ValueTask DisposeAsync() => _container.DisposeAsync();
}
