using TradingSystem.Hosting;

namespace TradingSystem.Dashboard.BotTokens;

/// <summary>Counts the requests of each token that was found good; a bad one has no place here.</summary>
public sealed class TokenRates(BotTokenOptions options, TimeProvider time)
{
    public const int Capacity = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Bucket> _buckets = [];

    /// <summary>How many are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _buckets.Count;
            }
        }
    }

    /// <summary>Zero takes one; else how long to wait for the next.</summary>
    public TimeSpan TryTake(Guid token)
    {
        lock (_lock)
        {
            if (!_buckets.TryGetValue(token, out var bucket))
            {
                bucket = Add(token);
            }

            return TimeSpan.FromMilliseconds(bucket.Limit.TryTake(time));
        }
    }

    private Bucket Add(Guid token)
    {
        if (_buckets.Count >= Capacity)
        {
            foreach (var (idle, _) in _buckets.Where(b => b.Value.Limit.IsFull(time)).ToList())
            {
                _buckets.Remove(idle);
            }
        }

        // More than that at work at once share one allowance.
        var key = _buckets.Count < Capacity ? token : Guid.Empty;
        return _buckets.TryGetValue(key, out var shared) ? shared : _buckets[key] = new Bucket(new(options.RequestsPerSecond, options.RequestBurst));
    }

    private sealed class Bucket(RateLimit limit)
    {
        public RateLimit Limit = limit;
    }
}
