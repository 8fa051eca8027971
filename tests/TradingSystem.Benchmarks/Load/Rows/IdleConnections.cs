using System.Diagnostics;
using TradingSystem.Benchmarks.Load.Client;
using TradingSystem.Benchmarks.Load.Measure;
using TradingSystem.Benchmarks.Load.Options;
using TradingSystem.Benchmarks.Load.Peers;

namespace TradingSystem.Benchmarks.Load.Rows;

/// <summary>Connections that do nothing: how fast they come, and what each keeps of the gateway's memory.</summary>
internal sealed class IdleConnections : Row
{
    private const int Groups = 100;
    private const int First = 1000;
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    public override string Name => "idle";

    public override string Title => "idle connections: connects/s";

    public override string Peers => "MPE";

    public override bool NeedsNewProcess => true;

    public override async Task<Result> RunAsync(Peer peer, int repetition, LoadOptions options)
    {
        var queries = await peer.GroupQueriesAsync(Groups, Math.Max(1, options.Connections / Groups));
        // The first ones pay for compilation and pools.
        using (var first = new Loop())
        {
            Connect(first, peer, Idle(queries.Take(First)));
        }

        using var loop = new Loop();
        loop.RunFor(Rest);
        var before = ProcessTimes.ResidentBytes(peer.GatewayPid);
        var cpu = ProcessTimes.CpuSeconds(peer.GatewayPid);
        var watch = Stopwatch.StartNew();
        Connect(loop, peer, Idle(queries));
        var seconds = watch.Elapsed.TotalSeconds;
        var spent = ProcessTimes.CpuSeconds(peer.GatewayPid) - cpu;
        loop.RunFor(Rest);
        var kept = ProcessTimes.ResidentBytes(peer.GatewayPid) - before;
        return new Result(Name, peer.Name, repetition)
        {
            Rate = queries.Count / seconds,
            Cpu = new Dictionary<string, double> { ["gateway"] = spent / queries.Count * 10_000 },
            Values = new Dictionary<string, double> { ["KB per connection"] = kept / 1024.0 / queries.Count, ["connections"] = queries.Count },
        };
    }

    private static IEnumerable<(string Query, Role Role)> Idle(IEnumerable<string> queries)
    {
        var tally = new Tally();
        return queries.Select(query => (query, (Role)new Listener(tally, timed: false)));
    }
}
