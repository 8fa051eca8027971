using System.Collections.Concurrent;
using System.Net;
using TradingSystem.Gateway.Settings;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Gateway.Connections;

/// <summary>What one address, of IPv6 one /64, may do before it has shown a token: connect so often, and be wrong so often.</summary>
public sealed class AddressGate(GatewayOptions options, TimeProvider time)
{
    private const int MaxAddresses = 100_000;

    private readonly ConcurrentDictionary<IPAddress, Visitor> _visitors = new();

    /// <summary>Milliseconds to wait before the next connection, or 0.</summary>
    public int Connecting(IPAddress address)
    {
        var visitor = Of(address);
        lock (visitor)
        {
            return visitor.Connections.TryTake(time);
        }
    }

    /// <summary>A connection showed its token: it does not count towards what its address may do.</summary>
    public void Proved(IPAddress address)
    {
        var visitor = Of(address);
        lock (visitor)
        {
            visitor.Connections.Return();
        }
    }

    /// <summary>Milliseconds to wait before the next ticket, or 0.</summary>
    public int Ticket(IPAddress address)
    {
        var visitor = Of(address);
        lock (visitor)
        {
            return visitor.Tickets.TryTake(time);
        }
    }

    /// <summary>Notes a bad token. True once there were too many of them.</summary>
    public bool BadToken(IPAddress address)
    {
        var visitor = Of(address);
        lock (visitor)
        {
            var now = time.GetUtcNow();
            if (now - visitor.LastBad > options.LockOut)
            {
                visitor.BadTokens = 0;
            }

            visitor.LastBad = now;
            return ++visitor.BadTokens > options.BadTokens;
        }
    }

    /// <summary>Forgets addresses that nothing is held against.</summary>
    public void Trim()
    {
        foreach (var (address, visitor) in _visitors)
        {
            lock (visitor)
            {
                if (visitor.Connections.IsFull(time) && visitor.Tickets.IsFull(time) && time.GetUtcNow() - visitor.LastBad > options.LockOut)
                {
                    _visitors.TryRemove(address, out _);
                }
            }
        }
    }

    private Visitor Of(IPAddress address)
    {
        address = ClientAddress.Key(address);
        if (_visitors.Count >= MaxAddresses && !_visitors.ContainsKey(address))
        {
            // So many at once is an attack: the newcomers share one allowance.
            address = IPAddress.None;
        }

        return _visitors.GetOrAdd(address, _ => new Visitor(options));
    }

    private sealed class Visitor(GatewayOptions options)
    {
        public RateLimit Connections = new(options.ConnectionsPerSecond, options.ConnectionBurst);

        public RateLimit Tickets = new(options.TicketsPerSecond, options.TicketBurst);

        public int BadTokens { get; set; }

        public DateTimeOffset LastBad { get; set; }
    }
}
