namespace TradingSystem.IntegrationTests.Servers;

/// <summary>A fixture's own virtual host on the node that all share.</summary>
internal sealed class FixtureBroker : ITestBroker
{
    private IRabbitServer? _server;
    private string? _name;

    public string Address => _name is null ? throw new InvalidOperationException("StartAsync comes first.") : $"amqp://guest:guest@127.0.0.1:{_server!.Port}/{_name}";

    public async Task StartAsync()
    {
        _server = await SharedServers.RabbitAsync();
        _name = await SharedServers.AddVirtualHostAsync();
    }

    public string Logs() => _server?.Logs() ?? "";

    public async ValueTask DisposeAsync()
    {
        if (_name is { } name)
        {
            await SharedServers.RemoveVirtualHostAsync(name);
        }
    }
}
