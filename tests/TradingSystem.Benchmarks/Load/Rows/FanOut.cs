using TradingSystem.Benchmarks.Load.Client;
using TradingSystem.Benchmarks.Load.Measure;
using TradingSystem.Benchmarks.Load.Options;
using TradingSystem.Benchmarks.Load.Peers;

namespace TradingSystem.Benchmarks.Load.Rows;

/// <summary>One trigger with 64 signals on their way, each for 100 groups; what counts is what arrives.</summary>
internal sealed class FanOut : Row
{
    private const int Groups = 100;
    private const int Window = 64;

    // Looking for the stamp in every frame would cost more than reading it.
    private const int TimedEvery = 10;

    public override string Name => "fanout";

    public override string Title => "fan-out, 1 trigger → 100 groups, deliveries/s";

    public override async Task<Result> RunAsync(Peer peer, int repetition, LoadOptions options)
    {
        var tally = new Tally();
        using var loop = new Loop();
        var groups = await peer.GroupQueriesAsync(Groups);
        Connect(loop, peer, groups.Select((query, i) => (query, (Role)new Listener(tally, timed: i % TimedEvery == 0))));
        var sender = new Sender(Frames.Immediate("*"), Window, tally, stamped: true);
        Connect(loop, peer, [((await peer.TriggerQueriesAsync(1))[0], sender)]);
        sender.Send(loop.Connections[^1], Window);
        return await Measure.Window.MeasureAsync(new Result(Name, peer.Name, repetition), peer, loop, tally, options);
    }
}
