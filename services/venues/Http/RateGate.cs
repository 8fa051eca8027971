namespace TradingSystem.Venues.Http;

/// <summary>Admits requests under the limits of one address. One gate per environment of an exchange; accounts bring windows of their own.</summary>
public sealed class RateGate(TimeProvider time)
{
    private readonly Lock _lock = new();
    private DateTimeOffset _closedUntil;

    /// <summary>Waits for its turn. Null when admitted, else how long it would have had to wait beyond <paramref name="patience"/>.</summary>
    public async ValueTask<TimeSpan?> EnterAsync(IReadOnlyList<RateCharge> charges, bool mayUseReserve, TimeSpan patience, CancellationToken cancellationToken)
    {
        var end = time.GetUtcNow() + patience;
        while (true)
        {
            var wait = TryEnter(charges, mayUseReserve, out var now);
            if (wait == TimeSpan.Zero)
            {
                return null;
            }

            if (now + wait > end)
            {
                return wait;
            }

            await Task.Delay(wait, time, cancellationToken);
        }
    }

    /// <summary>The exchange has said to stop: nothing leaves for so long.</summary>
    public void Close(TimeSpan duration)
    {
        lock (_lock)
        {
            var until = time.GetUtcNow() + duration;
            _closedUntil = until > _closedUntil ? until : _closedUntil;
        }
    }

    public void Observe(RateWindow window, int spent)
    {
        lock (_lock)
        {
            window.Observe(time.GetUtcNow(), spent);
        }
    }

    private TimeSpan TryEnter(IReadOnlyList<RateCharge> charges, bool mayUseReserve, out DateTimeOffset now)
    {
        lock (_lock)
        {
            now = time.GetUtcNow();
            var wait = _closedUntil > now ? _closedUntil - now : TimeSpan.Zero;
            foreach (var charge in charges)
            {
                var own = charge.Window.Wait(now, charge.Weight, mayUseReserve);
                wait = own > wait ? own : wait;
            }

            if (wait == TimeSpan.Zero)
            {
                foreach (var charge in charges)
                {
                    charge.Window.Spend(now, charge.Weight);
                }
            }

            return wait;
        }
    }
}
