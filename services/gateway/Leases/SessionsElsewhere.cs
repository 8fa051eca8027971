using System.Collections.Concurrent;
using MassTransit;
using TradingSystem.Contracts.Bus;
using TradingSystem.Gateway.Connections;
using TradingSystem.Hosting;

namespace TradingSystem.Gateway.Leases;

/// <summary>How many sessions each group has on the other nodes, from what they tell every half second.</summary>
public sealed class SessionsElsewhere(TimeProvider time)
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<Guid, Peer> _peers = new();

    public int Count(Guid groupId)
    {
        var count = 0;
        foreach (var (_, peer) in _peers)
        {
            lock (peer)
            {
                count += peer.Sessions.GetValueOrDefault(groupId);
            }
        }

        return count;
    }

    public void Put(NodeReport report)
    {
        var peer = _peers.GetOrAdd(report.NodeId, _ => new Peer());
        lock (peer)
        {
            peer.SeenAt = time.GetTimestamp();
            if (report.Full)
            {
                peer.Sessions.Clear();
            }

            foreach (var group in report.Opened)
            {
                peer.Sessions[group] = peer.Sessions.GetValueOrDefault(group) + 1;
            }

            foreach (var group in report.Closed)
            {
                peer.Sessions[group] = Math.Max(0, peer.Sessions.GetValueOrDefault(group) - 1);
            }
        }

        foreach (var (id, other) in _peers)
        {
            if (time.GetElapsedTime(other.SeenAt) > Silence)
            {
                _peers.TryRemove(id, out _);
            }
        }
    }

    private sealed class Peer
    {
        public Dictionary<Guid, int> Sessions { get; } = [];

        public long SeenAt { get; set; }
    }
}

public sealed class NodeReportConsumer(SessionsElsewhere elsewhere, Node node) : IConsumer<NodeReport>
{
    public Task Consume(ConsumeContext<NodeReport> context)
    {
        if (context.Message.NodeId != node.Id)
        {
            elsewhere.Put(context.Message);
        }

        return Task.CompletedTask;
    }
}

/// <summary>Tells the other nodes which groups' sessions came and went here, and execution, which watches over groups whose bot is gone.</summary>
public sealed class NodeReporter(SessionRegistry sessions, Node node, IBus bus, BusReadiness readiness, TimeProvider time, ILogger<NodeReporter> log) : BackgroundService
{
    private const int FullEvery = 10;

    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.WaitAsync(stoppingToken);
        var told = new List<Guid>();
        var untilFull = 0;
        await Rounds.EveryAsync(
            Period,
            time,
            log,
            async token =>
            {
                var now = sessions.All.Where(s => s.Identity.IsGroup).Select(s => s.Identity.OwnerId).Order().ToList();
                var report = untilFull == 0 ? new NodeReport(node.Id, true, now, []) : new NodeReport(node.Id, false, Without(now, told), Without(told, now));
                // Until this one is known to be told, the next is whole: a lost one is made good.
                var left = (untilFull + FullEvery - 1) % FullEvery;
                untilFull = 0;
                using var deadline = CancellationTokenSource.CreateLinkedTokenSource(token);
                deadline.CancelAfter(Period);
                await bus.Publish(report, deadline.Token);
                (told, untilFull) = (now, left);
            },
            stoppingToken);
    }

    /// <summary>What of the sorted <paramref name="all"/> the sorted <paramref name="known"/> lacks, counted.</summary>
    private static List<Guid> Without(List<Guid> all, List<Guid> known)
    {
        var rest = new List<Guid>();
        var i = 0;
        foreach (var id in all)
        {
            while (i < known.Count && known[i].CompareTo(id) < 0)
            {
                i++;
            }

            if (i < known.Count && known[i] == id)
            {
                i++;
            }
            else
            {
                rest.Add(id);
            }
        }

        return rest;
    }
}
