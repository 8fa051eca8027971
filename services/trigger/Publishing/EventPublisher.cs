using System.Threading.Channels;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting;
using TradingSystem.Trigger.Storm;

namespace TradingSystem.Trigger.Publishing;

/// <summary>
/// Sends the rules' events, in the order in which they were raised: none goes out before one that was raised earlier is out or given up. One that is not
/// confirmed is sent again with the same id, which every consumer recognises.
/// </summary>
public sealed partial class EventPublisher(StormGate gate, BusReadiness bus, TimeProvider time, ILogger<EventPublisher> log) : BackgroundService
{
    // Of a market that leaps every rule may have something to say at one close.
    private const int Capacity = 10_000;
    private const int AtOnce = 500;

    /// <summary>What is not out so long after it was raised is about another market.</summary>
    private static readonly TimeSpan News = TimeSpan.FromMinutes(1);

    /// <summary>A storm is the lesser evil: what nobody could judge for so long is sent.</summary>
    private static readonly TimeSpan Unjudged = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(8);

    private readonly Channel<Raised> _queue = Channel.CreateBounded<Raised>(new BoundedChannelOptions(Capacity) { SingleReader = true });

    /// <summary>Never blocks; a signal that finds the queue full is lost, and logged.</summary>
    public void Enqueue(Signal signal)
    {
        if (!_queue.Writer.TryWrite(new Raised(signal, time.GetTimestamp())))
        {
            EventPublisherLog.Dropped(log, signal.Item.Id, signal.Item.Title);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await bus.WaitAsync(stoppingToken);
        while (await _queue.Reader.WaitToReadAsync(stoppingToken))
        {
            var together = new List<Raised>();
            while (together.Count < AtOnce && _queue.Reader.TryRead(out var raised))
            {
                together.Add(raised);
            }

            await SendAsync(together, stoppingToken);
        }
    }

    private async Task SendAsync(List<Raised> together, CancellationToken cancellationToken)
    {
        var wait = FirstWait;
        while (true)
        {
            var old = together.Where(r => time.GetElapsedTime(r.At) > News).ToList();
            old.ForEach(r => EventPublisherLog.GivenUp(log, r.Signal.Item.Id, r.Signal.Item.Title));
            together = [.. together.Except(old)];
            if (together.Count == 0)
            {
                return;
            }

            // Of each rule and symbol the earliest: the next of it waits until that one is out.
            var wave = together.DistinctBy(r => r.Signal.Item.SourceId).ToList();
            var done = await SendAsync(wave);
            together = [.. together.Except(done)];
            if (done.Count == wave.Count)
            {
                wait = FirstWait;
                continue;
            }

            EventPublisherLog.NotDurable(log, wave.Count - done.Count);
            await Task.Delay(wait, time, cancellationToken);
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }
    }

    /// <summary>Those of which it is sure that they are out, or held back.</summary>
    private async Task<List<Raised>> SendAsync(List<Raised> wave)
    {
        await Task.WhenAll(wave.Select(DecideAsync));
        // Handed over in their order, whichever is confirmed first.
        var outcomes = await Task.WhenAll(wave.Select(r => !r.IsDecided ? Task.FromResult(PublishOutcome.Unavailable)
            : r.Item is { } item ? gate.SendAsync(item) : Task.FromResult(PublishOutcome.Durable)));
        return [.. wave.Where((_, i) => outcomes[i] == PublishOutcome.Durable)];
    }

    /// <summary>Once it is decided it stays so here: it may be out from then on, to those that it was let through to.</summary>
    private async Task DecideAsync(Raised raised)
    {
        if (raised.IsDecided)
        {
            return;
        }

        if (await gate.JudgeAsync(raised.Signal) is { } verdict)
        {
            (raised.IsDecided, raised.Item) = (true, verdict.Of(raised.Signal.Item));
        }
        else if (time.GetElapsedTime(raised.At) >= Unjudged)
        {
            (raised.IsDecided, raised.Item) = (true, raised.Signal.Item);
        }
    }

    /// <param name="signal">What was raised.</param>
    /// <param name="at">Timestamp of then.</param>
    private sealed class Raised(Signal signal, long at)
    {
        public Signal Signal => signal;

        public long At => at;

        public bool IsDecided { get; set; }

        /// <summary>What is sent of it; null while that is not decided, and where it is held back.</summary>
        public ImmediateEvent? Item { get; set; }
    }
}

internal static partial class EventPublisherLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "Event {EventId} dropped, too many wait to be sent: {Title}")]
    public static partial void Dropped(ILogger logger, Guid eventId, string title);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} events of rules are not durable yet, trying again")]
    public static partial void NotDurable(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "Event {EventId} given up, it could not be sent in time: {Title}")]
    public static partial void GivenUp(ILogger logger, Guid eventId, string title);
}
