using System.Collections.Concurrent;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Faults;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Streams;

/// <summary>The private sockets that stand, and the faults between them and what is told.</summary>
public sealed class StreamHub(FaultTable faults) : IStreamSink
{
    private readonly ConcurrentDictionary<StreamConnection, bool> _connections = new();

    public void Add(StreamConnection connection) => _connections[connection] = true;

    public void Remove(StreamConnection connection) => _connections.TryRemove(connection, out _);

    public int CountOf(string? account) => _connections.Keys.Count(c => account is null || c.Account?.Id == account);

    public void Send(IReadOnlyList<StreamMessage> messages)
    {
        foreach (var message in messages)
        {
            foreach (var connection in _connections.Keys.Where(c => c.Account?.Id == message.Account))
            {
                connection.Tell(message);
            }
        }
    }

    /// <summary>Cuts the sockets of an account, or all.</summary>
    public int Drop(string? account)
    {
        var dropped = _connections.Keys.Where(c => account is null || c.Account?.Id == account).ToList();
        dropped.ForEach(c => c.Abort());
        return dropped.Count;
    }

    /// <summary>Only what stood when the fault came is silent; who connects anew is heard.</summary>
    public bool IsSilent(VenueKind venue, string? key, long opened) =>
        faults.Strike(venue, key, Operation.Stream, "", FaultKind.StreamSilence) is { } fault && opened < fault.Added;

    public bool Loses(VenueKind venue, string? key, string channel) => faults.Strike(venue, key, Operation.Stream, channel, FaultKind.StreamLoss) is not null;
}
