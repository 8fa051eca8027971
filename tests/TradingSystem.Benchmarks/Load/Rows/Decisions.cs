using TradingSystem.Benchmarks.Load.Client;
using TradingSystem.Benchmarks.Load.Measure;
using TradingSystem.Benchmarks.Load.Options;
using TradingSystem.Benchmarks.Load.Peers;

namespace TradingSystem.Benchmarks.Load.Rows;

/// <summary>Groups that decide LONG and CLOSE in turn, each when its last order is done; a decision counts when it is filled.</summary>
internal sealed class Decisions(string name, string title, int groups) : Row
{
    private static readonly TimeSpan FirstUpdate = TimeSpan.FromSeconds(15);

    public override string Name => name;

    public override string Title => title;

    public override async Task<Result> RunAsync(Peer peer, int repetition, LoadOptions options)
    {
        var tally = new Tally();
        using var loop = new Loop();
        var traders = (await peer.GroupQueriesAsync(groups)).Select(query => (query, (Role)new Trader(tally))).ToList();
        Connect(loop, peer, traders);
        foreach (var (connection, (_, trader)) in loop.Connections.Zip(traders))
        {
            ((Trader)trader).Begin(connection);
        }

        var result = new Result(Name, peer.Name, repetition);
        return loop.RunUntil(() => tally.Total > 0, FirstUpdate)
            ? await Window.MeasureAsync(result, peer, loop, tally, options)
            : result with { Note = tally.FirstFailure ?? "no order_update came", Failed = 1 };
    }
}
