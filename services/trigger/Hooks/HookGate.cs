using System.Collections.Concurrent;
using System.Net;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Trigger.Hooks;

/// <summary>
/// How often one address, of IPv6 one /64, may come without the right secret. Who has it is never held up: the senders of one service share its addresses.
/// </summary>
public sealed class HookGate(TimeProvider time)
{
    private const int PerMinute = 30;
    private const int MostAddresses = 10_000;

    private static readonly TimeSpan Trimming = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<IPAddress, Visitor> _visitors = new();
    private readonly Lock _trim = new();
    private long? _trimmedAt;

    /// <summary>How long it has to wait before it may be wrong again; zero for now.</summary>
    public TimeSpan Wrong(IPAddress? address)
    {
        var visitor = Of(ClientAddress.Key(address ?? IPAddress.None));
        lock (visitor)
        {
            return TimeSpan.FromMilliseconds(visitor.Wrong.TryTake(time));
        }
    }

    private Visitor Of(IPAddress address)
    {
        if (_visitors.Count >= MostAddresses && !_visitors.ContainsKey(address))
        {
            Trim();
            // So many at once is an attack: the newcomers share one allowance.
            address = _visitors.Count >= MostAddresses ? IPAddress.None : address;
        }

        return _visitors.GetOrAdd(address, _ => new Visitor());
    }

    private void Trim()
    {
        // Looking through them all for each newcomer would be the attack's own.
        if (!_trim.TryEnter())
        {
            return;
        }

        try
        {
            if (_trimmedAt is { } at && time.GetElapsedTime(at) < Trimming)
            {
                return;
            }

            _trimmedAt = time.GetTimestamp();
            foreach (var (address, visitor) in _visitors)
            {
                lock (visitor)
                {
                    if (visitor.Wrong.IsFull(time))
                    {
                        _visitors.TryRemove(address, out _);
                    }
                }
            }
        }
        finally
        {
            _trim.Exit();
        }
    }

    private sealed class Visitor
    {
        public RateLimit Wrong = new(PerMinute / 60d, PerMinute);
    }
}
