using System.Collections.Concurrent;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting;

namespace TradingSystem.IntegrationTests.Trigger;

/// <summary>Keeps what is published.</summary>
internal sealed class RecordedBus : IDurablePublisher
{
    private readonly ConcurrentQueue<object> _items = new();

    /// <summary>What it answers.</summary>
    public PublishOutcome Outcome { get; set; } = PublishOutcome.Durable;

    public IReadOnlyList<ImmediateEvent> Events => [.. _items.OfType<ImmediateEvent>()];

    public IReadOnlyList<SystemLog> Logs => [.. _items.OfType<SystemLog>()];

    public IReadOnlyList<EntryHolds> Holds => [.. _items.OfType<EntryHolds>()];

    public Task<PublishOutcome> PublishAsync<TItem>(TItem item, CancellationToken cancellationToken)
        where TItem : class
    {
        _items.Enqueue(item);
        return Task.FromResult(Outcome);
    }

    public Task<PublishOutcome> PublishAllAsync<TItem>(IReadOnlyList<TItem> items, CancellationToken cancellationToken)
        where TItem : class => throw new NotSupportedException();
}

/// <summary>A clock that stands; what waits for a while waits in real time.</summary>
internal sealed class StoppedClock : TimeProvider
{
    public DateTimeOffset Time { get; set; } = System.GetUtcNow();

    public override DateTimeOffset GetUtcNow() => Time;
}
