using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using TradingSystem.Hosting.Outages;

namespace TradingSystem.Hosting;

public enum PublishOutcome
{
    /// <summary>Survives the death of any one process from here on.</summary>
    Durable,

    /// <summary>Surely nothing happened; it may be sent again.</summary>
    Unavailable,

    /// <summary>It was handed over but no confirm came within the deadline: it may or may not have happened.</summary>
    Unknown,
}

/// <summary>Makes items durable and hands them to every consumer. Items that arrive together share one bus message.</summary>
public interface IDurablePublisher
{
    /// <summary>The item's publish goes on if the caller gives up: cancellation ends the waiting, not the work.</summary>
    Task<PublishOutcome> PublishAsync<TItem>(TItem item, CancellationToken cancellationToken)
        where TItem : class;

    /// <summary>The same for items that belong together: durable when all of them are. They may span messages.</summary>
    Task<PublishOutcome> PublishAllAsync<TItem>(IReadOnlyList<TItem> items, CancellationToken cancellationToken)
        where TItem : class;
}

/// <summary>Where durability comes from: the broker's confirms, or a commit in embedded mode.</summary>
public interface IDurableStore
{
    Task MigrateAsync(CancellationToken cancellationToken);

    /// <summary>Returns when <paramref name="message"/> is durable, or says why it is not; never throws.</summary>
    Task<PublishOutcome> AppendAsync(object message, Type messageType, CancellationToken cancellationToken);
}

/// <summary>
/// How items of one kind travel: which message wraps them, whose trace they belong to, and how many messages may be unconfirmed at a time.
/// Behind a message of several items the next leaves no sooner than <c>Pace</c> after it, so that it is fuller; who sends alone never waits.
/// </summary>
public sealed record DurableKind(
    Type ItemType, Type MessageType, Func<IReadOnlyList<object>, object> Wrap, Func<object, int> Size, Func<object, string?> TraceParent, int InFlight, TimeSpan Pace = default);

public static class DurablePublishing
{
    /// <summary>For consumers: an item that is not durable fails the message, which is then delivered again.</summary>
    public static async Task PublishOrThrowAsync<TItem>(this IDurablePublisher publisher, IReadOnlyList<TItem> items, CancellationToken cancellationToken)
        where TItem : class
    {
        if (items.Count > 0 && await publisher.PublishAllAsync(items, cancellationToken) != PublishOutcome.Durable)
        {
            throw new NotDurableException($"{typeof(TItem).Name} was not confirmed");
        }
    }
}

/// <summary>
/// One bounded queue per kind. Whatever arrived while the last messages were unconfirmed is the next message; a lone item leaves at once.
/// What a message costs every process behind it hardly depends on how many items it has.
/// </summary>
public sealed class DurablePublisher : BackgroundService, IDurablePublisher
{
    private const int QueueCapacity = 16_384;
    private const int MaxItems = 256;
    private const int MaxBytes = 1 << 20;

    private static readonly ActivitySource Activities = new($"{Telemetry.Prefix}.Hosting");
    private static readonly Meter Meter = new($"{Telemetry.Prefix}.Hosting");
    private static readonly Counter<long> Published = Meter.CreateCounter<long>("bus.items.published");
    private static readonly Counter<long> Refused = Meter.CreateCounter<long>("bus.items.refused");

    private readonly IDurableStore _store;
    private readonly BusReadiness _bus;
    private readonly TimeProvider _time;
    private readonly Dictionary<Type, Lane> _lanes;

    public DurablePublisher(IDurableStore store, BusReadiness bus, IEnumerable<DurableKind> kinds, TimeProvider time)
    {
        _store = store;
        _bus = bus;
        _time = time;
        _lanes = kinds.ToDictionary(k => k.ItemType, k => new Lane(k));
    }

    public Task<PublishOutcome> PublishAsync<TItem>(TItem item, CancellationToken cancellationToken)
        where TItem : class => Enqueue<TItem>(new PendingItems(item), cancellationToken);

    public Task<PublishOutcome> PublishAllAsync<TItem>(IReadOnlyList<TItem> items, CancellationToken cancellationToken)
        where TItem : class => Enqueue<TItem>(new PendingItems(items), cancellationToken);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var lane in _lanes.Values)
        {
            lane.Queue.Writer.TryComplete();
        }

        await base.StopAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(_lanes.Values.Select(l => Task.Run(() => RunAsync(l), CancellationToken.None)));

    private async Task RunAsync(Lane lane)
    {
        using var slots = new SemaphoreSlim(lane.Kind.InFlight);
        var reader = lane.Queue.Reader;
        while (await reader.WaitToReadAsync())
        {
            await slots.WaitAsync();
            if (lane.Gathering(_time) is { } gathering)
            {
                await Task.Delay(gathering, _time);
            }

            var items = new List<object>();
            var owners = new List<PendingItems>();
            var bytes = 0;
            while (items.Count < MaxItems && bytes < MaxBytes && lane.Peek(out var pending))
            {
                bytes += pending.MoveTo(items, MaxItems - items.Count, MaxBytes - bytes, lane.Kind.Size);
                owners.Add(pending);
                if (pending.IsMoved)
                {
                    lane.Advance();
                }
            }

            lane.Departs(items.Count, _time);
            _ = SendAsync(lane, items, owners, slots);
        }

        for (var i = 0; i < lane.Kind.InFlight; i++)
        {
            await slots.WaitAsync();
        }
    }

    private Task<PublishOutcome> Enqueue<TItem>(PendingItems pending, CancellationToken cancellationToken)
    {
        if (!_lanes.TryGetValue(typeof(TItem), out var lane))
        {
            throw new InvalidOperationException($"No durable kind is registered for {typeof(TItem).Name}.");
        }

        if (!_bus.IsStarted || !lane.Queue.Writer.TryWrite(pending))
        {
            Refused.Add(1, new KeyValuePair<string, object?>("kind", typeof(TItem).Name));
            return Task.FromResult(PublishOutcome.Unavailable);
        }

        return cancellationToken.CanBeCanceled ? pending.Done.WaitAsync(cancellationToken) : pending.Done;
    }

    private async Task SendAsync(Lane lane, List<object> items, List<PendingItems> owners, SemaphoreSlim slots)
    {
        var outcome = PublishOutcome.Unknown;
        try
        {
            using var activity = Trace(lane.Kind, items);
            outcome = await _store.AppendAsync(lane.Kind.Wrap(items), lane.Kind.MessageType, CancellationToken.None);
            (outcome == PublishOutcome.Durable ? Published : Refused).Add(items.Count, new KeyValuePair<string, object?>("kind", lane.Kind.ItemType.Name));
        }
        catch (Exception e)
        {
            // Nobody would answer the senders otherwise; the lane itself goes on.
            owners.ForEach(o => o.Fail(e));
        }
        finally
        {
            owners.ForEach(o => o.Sent(outcome));
            slots.Release();
        }
    }

    /// <summary>A message carries many items: it goes on with the first one's trace and links to the others'.</summary>
    private static Activity? Trace(DurableKind kind, List<object> items)
    {
        if (!Activities.HasListeners())
        {
            return null;
        }

        var traces = items
            .Select(i => ActivityContext.TryParse(kind.TraceParent(i), null, out var trace) ? trace : default)
            .Where(t => t != default)
            .Distinct()
            .ToList();
        return Activities.StartActivity("bus.publish", ActivityKind.Producer, traces.FirstOrDefault(), links: traces.Skip(1).Select(t => new ActivityLink(t)));
    }

    private sealed class Lane(DurableKind kind)
    {
        // A timer is no finer.
        private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

        private long _departed;
        private bool _hadCompany;

        public DurableKind Kind { get; } = kind;

        public Channel<PendingItems> Queue { get; } = Channel.CreateBounded<PendingItems>(new BoundedChannelOptions(QueueCapacity) { SingleReader = true });

        public bool Peek([NotNullWhen(true)] out PendingItems? pending) => Queue.Reader.TryPeek(out pending);

        public void Advance() => Queue.Reader.TryRead(out _);

        public void Departs(int items, TimeProvider time)
        {
            _departed = time.GetTimestamp();
            _hadCompany = items > 1;
        }

        /// <summary>How long the next message waits for more items; null when it leaves at once.</summary>
        public TimeSpan? Gathering(TimeProvider time)
        {
            if (!_hadCompany)
            {
                return null;
            }

            var left = Kind.Pace - time.GetElapsedTime(_departed);
            return left >= Shortest ? left : null;
        }
    }
}
