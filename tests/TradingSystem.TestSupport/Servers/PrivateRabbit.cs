using System.Net.Sockets;

namespace TradingSystem.TestSupport.Servers;

/// <summary>A RabbitMQ node of the operating system with its own folder, ports and epmd.</summary>
/// <param name="folder">What it keeps its files in.</param>
/// <param name="managed">With the management plugin, through which virtual hosts are made; it costs seconds of each start.</param>
public sealed class PrivateRabbit(string folder, bool managed = false) : IRabbitServer
{
    private readonly int _management = managed ? OwnProcess.FreePort() : 0;
    private readonly int _distribution = OwnProcess.FreePort();
    private readonly int _epmd = OwnProcess.FreePort();
    private OwnProcess? _process;

    public int Port { get; } = OwnProcess.FreePort();

    public int ProcessId => _process!.Id;

    public Uri? Management => managed ? new($"http://127.0.0.1:{_management}") : null;

    public string Address => $"amqp://guest:guest@127.0.0.1:{Port}/";

    private string Log => Path.Combine(folder, "rabbit.log");

    public async Task StartAsync()
    {
        foreach (var name in new[] { "mnesia", "log", "home" })
        {
            Directory.CreateDirectory(Path.Combine(folder, name));
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "rabbitmq.conf"), $"""
            listeners.tcp.default = 127.0.0.1:{Port}
            loopback_users = none
            vm_memory_high_watermark.absolute = 1GB
            disk_free_limit.absolute = 100MB
            {(managed ? $"management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {_management}\nmanagement_agent.disable_metrics_collector = true" : "")}

            """);
        await File.WriteAllTextAsync(Path.Combine(folder, "enabled_plugins"), managed ? "[rabbitmq_management].\n" : "[].\n");
        _process = OwnProcess.Start("/usr/lib/rabbitmq/bin/rabbitmq-server", [], Log, new Dictionary<string, string>
        {
            ["HOME"] = Path.Combine(folder, "home"),
            ["ERL_EPMD_PORT"] = $"{_epmd}",
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODENAME"] = $"rt{Port}@localhost",
            ["RABBITMQ_DIST_PORT"] = $"{_distribution}",
            ["RABBITMQ_NODE_PORT"] = $"{Port}",
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(folder, "mnesia"),
            ["RABBITMQ_LOG_BASE"] = Path.Combine(folder, "log"),
            ["RABBITMQ_PID_FILE"] = Path.Combine(folder, "pid"),
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(folder, "rabbitmq.conf"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(folder, "enabled_plugins"),
            ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none",
        });
        await Wait.UntilAsync("RabbitMQ listens", async () =>
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", Port);
            return true;
        });
    }

    public Task KillAsync() => _process!.KillAsync();

    public string Logs() => OwnProcess.Tail(Log);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.KillAsync();
            _process.Dispose();
        }

        // epmd outlives its node; it is ours because of its port.
        foreach (var entry in Directory.GetDirectories("/proc"))
        {
            try
            {
                if (int.TryParse(Path.GetFileName(entry), out var pid)
                    && (await File.ReadAllTextAsync(Path.Combine(entry, "cmdline"))).Contains("epmd", StringComparison.Ordinal)
                    && (await File.ReadAllTextAsync(Path.Combine(entry, "environ"))).Contains($"ERL_EPMD_PORT={_epmd}", StringComparison.Ordinal))
                {
                    System.Diagnostics.Process.GetProcessById(pid).Kill();
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
            {
                // A process that has ended, or another user's.
            }
        }
    }
}
