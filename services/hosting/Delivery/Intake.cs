using Microsoft.Extensions.Logging;

namespace TradingSystem.Hosting.Delivery;

/// <summary>Takes deliveries from as many threads as the bus has and hands them on in their queue's order.</summary>
/// <param name="next">Called by one thread at a time; it only takes note.</param>
/// <param name="giveBack">Called for what a closed channel brought: the broker delivers it again.</param>
public sealed class Intake<T>(Action<T> next, Action<T> giveBack, TimeProvider time, ILogger log)
{
    // A message that cannot be read never gets here; any other is a few context switches away.
    private static readonly TimeSpan LongestHole = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly DeliveryOrder<T> _order = new();

    public void Add(Place place, T item)
    {
        lock (_gate)
        {
            if (!_order.TryAdd(place, item, out var dropped))
            {
                giveBack(item);
            }

            foreach (var old in dropped)
            {
                giveBack(old);
            }

            HandOn();
        }
    }

    private void HandOn()
    {
        while (_order.TryTake(out var item))
        {
            next(item);
        }

        if (_order.HasHole)
        {
            using (ExecutionContext.SuppressFlow())
            {
                _ = SkipHoleAsync(_order.Next);
            }
        }
    }

    private async Task SkipHoleAsync(long number)
    {
        await Task.Delay(LongestHole, time);
        lock (_gate)
        {
            if (_order.HasHole && _order.Next == number)
            {
                IntakeLog.Hole(log, number);
                _order.SkipHole();
                HandOn();
            }
        }
    }
}

internal static partial class IntakeLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Delivery {Number} did not arrive; going on without it")]
    public static partial void Hole(ILogger logger, long number);
}
