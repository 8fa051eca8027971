using TradingSystem.Benchmarks.Load.Client;
using TradingSystem.Benchmarks.Load.Measure;
using TradingSystem.Benchmarks.Load.Options;
using TradingSystem.Benchmarks.Load.Peers;

namespace TradingSystem.Benchmarks.Load.Rows;

/// <summary>Ten triggers whose signals go to a group that is not there: the cost of a promise.</summary>
internal sealed class Acks(string name, string title, int window) : Row
{
    private const int Senders = 10;

    public override string Name => name;

    public override string Title => title;

    public override async Task<Result> RunAsync(Peer peer, int repetition, LoadOptions options)
    {
        var tally = new Tally();
        using var loop = new Loop();
        var frame = Frames.Immediate("nobody");
        var senders = (await peer.TriggerQueriesAsync(Senders)).Select(query => (query, (Role)new Sender(frame, window, tally))).ToList();
        Connect(loop, peer, senders);
        foreach (var (connection, (_, sender)) in loop.Connections.Zip(senders))
        {
            ((Sender)sender).Send(connection, window);
        }

        return await Window.MeasureAsync(new Result(Name, peer.Name, repetition), peer, loop, tally, options);
    }
}
