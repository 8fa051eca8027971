using TradingSystem.Contracts.Bus;

namespace TradingSystem.Execution.Prices;

/// <summary>
/// Whether the market's feed lives, as the trigger service told it last. Only a market with a channel that always ticks has a life: of a simulated or a
/// replayed one nothing is known here, and its prices' own age is all that counts.
/// </summary>
public sealed class FeedLife(TimeProvider time)
{
    private readonly Lock _gate = new();
    private MarketStatus? _told;

    /// <summary>Null while it is not known that there is such a channel, or there is none.</summary>
    public FeedState? Last
    {
        get
        {
            lock (_gate)
            {
                return _told is { Alive: { } alive } told ? new FeedState(alive, alive ? told.CreatedAt : told.DeadSince ?? told.CreatedAt) : null;
            }
        }
    }

    /// <summary>A status that was overtaken by a newer one counts for nothing.</summary>
    public void Hear(MarketStatus status)
    {
        // A sender whose clock runs ahead must not be trusted for longer.
        var now = time.GetUtcNow();
        var told = status.CreatedAt > now ? status with { CreatedAt = now } : status;
        lock (_gate)
        {
            // What is held from the future is of a clock that was set back since.
            _told = _told is { } held && held.CreatedAt > told.CreatedAt && held.CreatedAt <= now ? held : told;
        }
    }
}

/// <summary>A feed that lives, and when that was told last; or a dead one, and since when.</summary>
public readonly record struct FeedState(bool IsAlive, DateTimeOffset Since);
