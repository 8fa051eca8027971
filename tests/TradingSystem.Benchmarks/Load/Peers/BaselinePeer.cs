using TradingSystem.Benchmarks.Load.Baselines;
using TradingSystem.TestSupport.Servers;

namespace TradingSystem.Benchmarks.Load.Peers;

/// <summary>M or R: this executable again in a process of its own; R with a broker and a database of its own.</summary>
internal sealed class BaselinePeer(bool durable, string folder) : Peer
{
    private readonly int _port = OwnProcess.FreePort();
    private readonly PrivatePostgres _postgres = new(Path.Combine(folder, "postgres"), durable: true);
    private readonly PrivateRabbit _rabbit = new(Path.Combine(folder, "rabbit"));
    private OwnProcess? _process;

    public override string Name => durable ? "R" : "M";

    public override int Port => _port;

    public override int GatewayPid => _process!.Id;

    public override IReadOnlyList<(string Name, int Pid)> Processes => durable
        ? [("gateway", _process!.Id), ("broker", _rabbit.ProcessId), ("database", _postgres.ProcessId)]
        : [("gateway", _process!.Id)];

    public override async Task StartAsync()
    {
        var arguments = new List<string> { typeof(BaselinePeer).Assembly.Location, BaselineHost.Argument, $"{_port}" };
        if (durable)
        {
            await Task.WhenAll(_postgres.InitialiseAsync(), _rabbit.StartAsync());
            arguments.AddRange([_rabbit.Address, _postgres.ConnectionString]);
        }

        // The web SDK's default, which the product's services have.
        var environment = new Dictionary<string, string> { ["DOTNET_gcServer"] = "1" };
        var log = Path.Combine(folder, "baseline.log");
        _process = OwnProcess.Start("dotnet", arguments, log, environment);
        using var http = new HttpClient();
        await Wait.UntilAsync($"baseline {Name} is ready\n{OwnProcess.Tail(log)}", async () =>
        {
            using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{_port}/readyz"));
            return answer.IsSuccessStatusCode;
        });
    }

    public override Task<IReadOnlyList<string>> GroupQueriesAsync(int groups, int perGroup = 1) => Task.FromResult<IReadOnlyList<string>>(
        [.. Enumerable.Range(0, groups * perGroup).Select(i => $"trading_group_token=group-{i / perGroup}.{i % perGroup}&features=orders")]);

    public override Task<IReadOnlyList<string>> TriggerQueriesAsync(int triggers) => Task.FromResult<IReadOnlyList<string>>(
        [.. Enumerable.Range(0, triggers).Select(i => $"trigger_token=trigger-{i}")]);

    public override Task<long> BacklogAsync() => durable ? Backlog.ReadAsync(_rabbit.Address, [RabbitBackend.Diary, RabbitBackend.Decisions]) : base.BacklogAsync();

    public override async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.KillAsync();
            _process.Dispose();
        }

        await _rabbit.DisposeAsync();
        await _postgres.DisposeAsync();
    }
}
