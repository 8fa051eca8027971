using System.Threading.Channels;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting;

namespace TradingSystem.Trigger.Publishing;

/// <summary>Sends the rules' events. One that is not confirmed is sent again with the same id, which every consumer recognises.</summary>
public sealed partial class EventPublisher(IDurablePublisher publisher, BusReadiness bus, TimeProvider time, ILogger<EventPublisher> log) : BackgroundService
{
    // Of a market that leaps every rule may have something to say at one close.
    private const int Capacity = 10_000;
    private const int Attempts = 6;

    private readonly Channel<ImmediateEvent> _queue = Channel.CreateBounded<ImmediateEvent>(new BoundedChannelOptions(Capacity) { SingleReader = true });

    /// <summary>Never blocks; a signal that finds the queue full is lost, and logged.</summary>
    public void Enqueue(ImmediateEvent item)
    {
        if (!_queue.Writer.TryWrite(item))
        {
            EventPublisherLog.Dropped(log, item.Id, item.Title);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await bus.WaitAsync(stoppingToken);
        await foreach (var item in _queue.Reader.ReadAllAsync(stoppingToken))
        {
            await SendAsync(item, stoppingToken);
        }
    }

    private async Task SendAsync(ImmediateEvent item, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            PublishOutcome outcome;
            try
            {
                outcome = await publisher.PublishAsync(item, cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                EventPublisherLog.Failed(log, item.Id, e);
                outcome = PublishOutcome.Unknown;
            }

            if (outcome == PublishOutcome.Durable)
            {
                return;
            }

            EventPublisherLog.NotDurable(log, item.Id, outcome, attempt);
            await Task.Delay(TimeSpan.FromSeconds(Math.Min(0.5 * Math.Pow(2, attempt - 1), 8)), time, cancellationToken);
        }

        EventPublisherLog.GivenUp(log, item.Id, item.Title, Attempts);
    }
}

internal static partial class EventPublisherLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "Event {EventId} dropped, too many wait to be sent: {Title}")]
    public static partial void Dropped(ILogger logger, Guid eventId, string title);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Event {EventId} failed to publish")]
    public static partial void Failed(ILogger logger, Guid eventId, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Event {EventId} is {Outcome} after attempt {Attempt}")]
    public static partial void NotDurable(ILogger logger, Guid eventId, PublishOutcome outcome, int attempt);

    [LoggerMessage(Level = LogLevel.Error, Message = "Event {EventId} given up after {Attempts} attempts: {Title}")]
    public static partial void GivenUp(ILogger logger, Guid eventId, string title, int attempts);
}
