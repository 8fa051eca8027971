using System.Collections.Concurrent;
using System.Text.Json;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting;
using TradingSystem.Trigger.Storage;
using TradingSystem.Trigger.Storm;

namespace TradingSystem.Trigger.Hooks;

/// <summary>
/// Raises the events of deliveries that are kept, each once at a time, and says in their rows that they are. One that nobody said so of (a crash, an
/// outage of the database) is raised again under its own id, which every consumer recognises, until it is too old to be news.
/// </summary>
public sealed partial class HookCourier(StormGate gate, BusReadiness bus, DeliveryStore store, HookNotices notices, TimeProvider time, ILogger<HookCourier> log)
    : BackgroundService
{
    /// <summary>An event that could not be sent for longer is given up.</summary>
    public static readonly TimeSpan News = TimeSpan.FromMinutes(5);

    private const int MostRemembered = 50_000;

    // Longer than who took it goes on trying.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Marking = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan SendingAgain = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pruning = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<Guid, Lazy<Task<PublishOutcome>>> _sending = new();
    private readonly ConcurrentDictionary<Guid, long> _durable = new();
    private readonly ConcurrentQueue<Guid> _unmarked = new();
    private long? _sentAgainAt;
    private long? _prunedAt;

    /// <summary>Ends when it is durable or that cannot be said; the same event twice is sent once.</summary>
    /// <param name="hasKey">Its sender says by a key which alerts are the same, so that no other is.</param>
    public Task<PublishOutcome> SendAsync(ImmediateEvent item, bool hasKey) =>
        _durable.ContainsKey(item.Id)
            ? Task.FromResult(PublishOutcome.Durable)
            : _sending.GetOrAdd(item.Id, _ => new(() => RaiseAsync(item, hasKey))).Value;

    /// <inheritdoc cref="SendAsync(ImmediateEvent, bool)"/>
    /// <param name="item">As <see cref="Write"/> wrote it.</param>
    public Task<PublishOutcome> SendAsync(string item, bool hasKey) => SendAsync(JsonSerializer.Deserialize(item, BusJson.Default.ImmediateEvent)!, hasKey);

    public static string Write(ImmediateEvent item) => JsonSerializer.Serialize(item, BusJson.Default.ImmediateEvent);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await bus.WaitAsync(stoppingToken);
            await Rounds.EveryAsync(Marking, time, log, RoundAsync, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What was sent meanwhile is still marked.
        }

        try
        {
            await MarkAsync();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            HookCourierLog.Unmarked(log, e.Message);
        }
    }

    private async Task<PublishOutcome> RaiseAsync(ImmediateEvent item, bool hasKey)
    {
        try
        {
            var outcome = await gate.RaiseAsync(new(item, hasKey ? null : HookEvents.Topic(item)));
            if (outcome == PublishOutcome.Durable)
            {
                _durable[item.Id] = time.GetTimestamp();
                _unmarked.Enqueue(item.Id);
            }

            return outcome;
        }
        finally
        {
            _sending.TryRemove(item.Id, out _);
        }
    }

    private async Task RoundAsync(CancellationToken cancellationToken)
    {
        await MarkAsync();
        if (Due(ref _sentAgainAt, SendingAgain))
        {
            await SendAgainAsync(cancellationToken);
        }

        if (Due(ref _prunedAt, Pruning))
        {
            await store.PruneAsync(cancellationToken);
        }
    }

    private async Task MarkAsync()
    {
        var ids = new List<Guid>();
        while (_unmarked.TryDequeue(out var id))
        {
            ids.Add(id);
        }

        if (ids.Count > 0)
        {
            try
            {
                await store.MarkAsync(ids, DeliveryOutcomes.Published);
            }
            catch
            {
                ids.ForEach(_unmarked.Enqueue);
                throw;
            }
        }

        // Whoever read a row before it was marked asks within seconds.
        var crowded = _durable.Count > MostRemembered;
        foreach (var (id, at) in _durable)
        {
            if (crowded || time.GetElapsedTime(at) > Remembered)
            {
                _durable.TryRemove(id, out _);
            }
        }
    }

    /// <summary>Looks once at what is not known to be durable.</summary>
    public async Task SendAgainAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var delivery in await store.OpenAsync(now - Patience, cancellationToken))
        {
            var item = Read(delivery);
            if (item is null || now - delivery.ReceivedAt > News)
            {
                var source = item?.SourceId ?? $"hook:{delivery.HookId}";
                if (!await notices.GivenUpAsync(delivery.Id, source))
                {
                    // Nobody would ever hear of it. It stays open until somebody does.
                    return;
                }

                HookCourierLog.GivenUp(log, delivery.Id, source);
                await store.MarkAsync([delivery.Id], DeliveryOutcomes.GivenUp);
            }
            else if (await SendAsync(item, delivery.HasKey) is not PublishOutcome.Durable and var outcome)
            {
                // The others would fare no better just now.
                HookCourierLog.NotYet(log, delivery.Id, outcome);
                return;
            }
        }
    }

    /// <summary>Null for one of another version of this service: it must not hold up the others for ever.</summary>
    private static ImmediateEvent? Read(OpenDelivery delivery)
    {
        try
        {
            return JsonSerializer.Deserialize(delivery.Event, BusJson.Default.ImmediateEvent);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private bool Due(ref long? last, TimeSpan every)
    {
        if (last is { } at && time.GetElapsedTime(at) < every)
        {
            return false;
        }

        last = time.GetTimestamp();
        return true;
    }
}

internal static partial class HookCourierLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Event {EventId} of a webhook is {Outcome}; it is sent again")]
    public static partial void NotYet(ILogger logger, Guid eventId, PublishOutcome outcome);

    [LoggerMessage(Level = LogLevel.Error, Message = "Event {EventId} of {Source} is given up: it could not be sent for too long")]
    public static partial void GivenUp(ILogger logger, Guid eventId, string source);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Events of webhooks that are durable are not marked so, and are sent again at the next start: {Reason}")]
    public static partial void Unmarked(ILogger logger, string reason);
}
