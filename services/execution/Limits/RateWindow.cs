namespace TradingSystem.Execution.Limits;

/// <summary>When the orders of the last 60 seconds were made. Bounded by the limit that is kept on it, plus what may only reduce.</summary>
public sealed class RateWindow
{
    public static readonly TimeSpan Length = TimeSpan.FromMinutes(1);

    private readonly Queue<long> _made = new();

    /// <summary>Orders younger than 60 s.</summary>
    public int Count(DateTimeOffset now)
    {
        var oldest = (now - Length).UtcTicks;
        while (_made.TryPeek(out var made) && made <= oldest)
        {
            _made.Dequeue();
        }

        return _made.Count;
    }

    public void Add(DateTimeOffset made) => _made.Enqueue(made.UtcTicks);
}
