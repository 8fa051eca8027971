using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Orders;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Outages;

namespace TradingSystem.Execution.Decisions;

/// <summary>
/// Announces saved orders in the order they were decided, one publish at a time: whatever was saved while the last one was unconfirmed
/// is the next. One that was not confirmed is announced again before anything behind it, so an order's updates never overtake another's.
/// </summary>
/// <param name="announced">Told after each publish.</param>
public sealed class Announcer(IDurablePublisher publisher, Action announced, TimeProvider time, ILogger<Announcer> log)
{
    // A publish of more would fill the publisher's queue.
    private const int MostOrders = 2048;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Queue<Saved> _waiting = new();
    private bool _working;

    /// <param name="told">Updates that tell of no order that was traded.</param>
    public void Add(IReadOnlyList<DecisionDelivery> deliveries, IReadOnlyList<Order> orders, IReadOnlyList<OrderUpdate>? told = null)
    {
        lock (_gate)
        {
            _waiting.Enqueue(new(deliveries, orders, told ?? []));
            if (!_working)
            {
                _working = true;
                _ = Task.Run(WorkAsync);
            }
        }
    }

    private async Task WorkAsync()
    {
        var updates = new List<OrderUpdate>();
        var deliveries = new List<DecisionDelivery>();
        while (Take(updates, deliveries))
        {
            await AnnounceAsync(updates, deliveries);
            updates = [];
            deliveries.Clear();
        }
    }

    private bool Take(List<OrderUpdate> updates, List<DecisionDelivery> deliveries)
    {
        lock (_gate)
        {
            while (_waiting.TryPeek(out var next) && (updates.Count == 0 || updates.Count + next.Orders.Count <= MostOrders))
            {
                _waiting.Dequeue();
                foreach (var order in next.Orders)
                {
                    // A venue's order tells of itself, step by step and in its own order.
                    if (!order.IsAtVenue)
                    {
                        updates.Add(OrderAnnouncements.Of(order));
                    }
                }

                updates.AddRange(next.Told);
                deliveries.AddRange(next.Deliveries);
            }

            return _working = deliveries.Count > 0;
        }
    }

    private async Task AnnounceAsync(List<OrderUpdate> updates, List<DecisionDelivery> deliveries)
    {
        // Once the bus took all of them back, they come again and are announced then.
        while (deliveries.Exists(d => d.IsWanted))
        {
            try
            {
                await publisher.PublishOrThrowAsync(updates, CancellationToken.None);
                deliveries.ForEach(d => d.Complete());
                announced();
                return;
            }
            catch (Exception e) when (Outage.IsOutage(e))
            {
                AnnouncerLog.NotAnnounced(log, updates.Count, e);
                await Task.Delay(Pause, time);
            }
            catch (Exception e)
            {
                deliveries.ForEach(d => d.Fail(e));
                return;
            }
        }
    }

    private sealed record Saved(IReadOnlyList<DecisionDelivery> Deliveries, IReadOnlyList<Order> Orders, IReadOnlyList<OrderUpdate> Told);
}

internal static partial class AnnouncerLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} order updates were not confirmed; they are announced again")]
    public static partial void NotAnnounced(ILogger logger, int count, Exception exception);
}
