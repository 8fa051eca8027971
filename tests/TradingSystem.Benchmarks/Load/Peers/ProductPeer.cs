using TradingSystem.TestSupport.Servers;

namespace TradingSystem.Benchmarks.Load.Peers;

/// <summary>The product: its services in processes of their own on RabbitMQ and PostgreSQL with fsync, or the standalone process.</summary>
internal sealed class ProductPeer : Peer
{
    private const string JwtKey = "a-signing-key-for-load-only-0123456789";

    private readonly string _folder;
    private readonly IReadOnlyList<string> _services;
    private readonly bool _distributed;
    private readonly PrivatePostgres _postgres;
    private readonly PrivateRabbit _rabbit;
    private readonly Dictionary<string, OwnProcess> _processes = [];
    private readonly Dictionary<string, int> _ports = [];
    private IReadOnlyList<string> _queues = [];
    private IReadOnlyList<string> _streams = [];
    private Admin? _admin;

    public ProductPeer(string folder, IReadOnlyList<string> services)
    {
        _folder = folder;
        _services = services;
        _distributed = !services.Contains("standalone");
        _postgres = new PrivatePostgres(Path.Combine(folder, "postgres"), durable: true);
        _rabbit = new PrivateRabbit(Path.Combine(folder, "rabbit"));
        foreach (var service in services)
        {
            _ports[service] = OwnProcess.FreePort();
        }
    }

    public override string Name => _distributed ? "P" : "E";

    public override int Port => _ports[Gateway];

    public override int GatewayPid => _processes[Gateway].Id;

    public override IReadOnlyList<(string Name, int Pid)> Processes =>
    [
        .. _processes.Select(p => (p.Key, p.Value.Id)),
        .. _distributed ? [("broker", _rabbit.ProcessId)] : Array.Empty<(string, int)>(),
        ("database", _postgres.ProcessId),
    ];

    private string Gateway => _distributed ? "gateway" : "standalone";

    public override async Task StartAsync()
    {
        await Task.WhenAll(_postgres.InitialiseAsync(), _distributed ? _rabbit.StartAsync() : Task.CompletedTask);
        await Task.WhenAll(_services.Select(s => OwnProcess.RunAsync("dotnet", [Assembly(s), "--migrate"], Log(s), Environment(s))));
        foreach (var service in _services)
        {
            _processes[service] = OwnProcess.Start("dotnet", [Assembly(service)], Log(service), Environment(service));
        }

        using var http = new HttpClient();
        foreach (var service in _services)
        {
            await Wait.UntilAsync($"{service} is ready\n{OwnProcess.Tail(Log(service))}", async () =>
            {
                using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{_ports[service]}/readyz"));
                return answer.IsSuccessStatusCode;
            });
        }

        if (_distributed)
        {
            _queues = await BrokerQueues.OfTypeAsync(_rabbit, _folder, "quorum");
            _streams = await BrokerQueues.OfTypeAsync(_rabbit, _folder, "stream");
        }

        _admin = new Admin(new Uri($"http://127.0.0.1:{Port}"), JwtKey);
    }

    public override Task<IReadOnlyList<string>> GroupQueriesAsync(int groups, int perGroup = 1) => _admin!.GroupsAsync(groups, perGroup);

    public override Task<IReadOnlyList<string>> TriggerQueriesAsync(int triggers) => _admin!.TriggersAsync(triggers);

    /// <summary>A webhook's address with its secret.</summary>
    public Task<string> HookAsync() => _admin!.HookAsync();

    public override Task<long> BacklogAsync() => _distributed ? Backlog.ReadAsync(_rabbit.Address, _queues) : base.BacklogAsync();

    /// <summary>Streams keep what was read, so their length counts what was published.</summary>
    public override Task<long> PublishedAsync() => _streams.Count > 0 ? Backlog.ReadAsync(_rabbit.Address, _streams) : base.PublishedAsync();

    public override async ValueTask DisposeAsync()
    {
        foreach (var process in _processes.Values)
        {
            await process.KillAsync();
            process.Dispose();
        }

        _admin?.Dispose();
        await _rabbit.DisposeAsync();
        await _postgres.DisposeAsync();
    }

    private static string Assembly(string service) =>
        Path.Combine(
            AppContext.BaseDirectory,
            service == "trading-group" ? "TradingSystem.TradingGroup.dll" : $"TradingSystem.{char.ToUpperInvariant(service[0])}{service[1..]}.dll");

    private string Log(string service) => Path.Combine(_folder, service + ".log");

    private Dictionary<string, string> Environment(string service)
    {
        var environment = new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{_ports[service]}",
            ["CONNECTIONSTRINGS__POSTGRES"] = _postgres.ConnectionString,
            ["AUTH__JWTKEY"] = JwtKey,
            ["AUTH__ADMINUSERNAME"] = "admin",
            ["AUTH__ADMINPASSWORD"] = "test-password-of-this-run",
            ["MARKET"] = "simulated",
            ["LIMITS"] = "load",
            ["BUS__TRANSPORT"] = _distributed ? "RabbitMq" : "InMemory",
        };
        if (_distributed)
        {
            environment["BUS__RABBITMQ"] = _rabbit.Address;
        }

        return environment;
    }
}
