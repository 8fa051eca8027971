using MassTransit;
using TradingSystem.Contracts.Bus;

namespace TradingSystem.Execution.Controls;

/// <summary>Which groups have a session somewhere, from what the gateway nodes tell every half second.</summary>
public sealed class SessionPresence(TimeProvider time)
{
    /// <summary>A node that says nothing for this long has no sessions any more.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);

    /// <summary>A node's whole report comes every five seconds; before one was heard, or should have been, nobody is known to be silent.</summary>
    private static readonly TimeSpan FirstReports = TimeSpan.FromSeconds(7);

    private readonly long _started = time.GetTimestamp();
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, Node> _nodes = [];

    /// <summary>False while it cannot be said yet who is silent.</summary>
    public bool IsKnown => time.GetElapsedTime(_started) > FirstReports;

    public bool IsThere(Guid groupId)
    {
        lock (_gate)
        {
            foreach (var node in _nodes.Values)
            {
                if (node.Sessions.GetValueOrDefault(groupId) > 0 && time.GetElapsedTime(node.SeenAt) <= Silence)
                {
                    return true;
                }
            }

            return false;
        }
    }

    public void Put(NodeReport report)
    {
        lock (_gate)
        {
            if (!_nodes.TryGetValue(report.NodeId, out var node))
            {
                _nodes[report.NodeId] = node = new Node();
            }

            node.SeenAt = time.GetTimestamp();
            if (report.Full)
            {
                node.Sessions.Clear();
            }

            foreach (var group in report.Opened)
            {
                node.Sessions[group] = node.Sessions.GetValueOrDefault(group) + 1;
            }

            foreach (var group in report.Closed)
            {
                node.Sessions[group] = Math.Max(0, node.Sessions.GetValueOrDefault(group) - 1);
            }

            foreach (var (id, other) in _nodes)
            {
                if (time.GetElapsedTime(other.SeenAt) > Silence)
                {
                    _nodes.Remove(id);
                }
            }
        }
    }

    private sealed class Node
    {
        public Dictionary<Guid, int> Sessions { get; } = [];

        public long SeenAt { get; set; }
    }
}

public sealed class SessionPresenceConsumer(SessionPresence presence) : IConsumer<NodeReport>
{
    public Task Consume(ConsumeContext<NodeReport> context)
    {
        presence.Put(context.Message);
        return Task.CompletedTask;
    }
}
