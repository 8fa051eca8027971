using System.Threading.Channels;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting;
using TradingSystem.Trigger.Storm;

namespace TradingSystem.Trigger.Publishing;

/// <summary>
/// Sends the rules' events: judged in the order in which they were raised, and of each rule and symbol none goes out before the one ahead of it is out or given up.
/// One that is not confirmed is sent again with the same id, which every consumer recognises.
/// </summary>
public sealed partial class EventPublisher(StormGate gate, BusReadiness bus, TimeProvider time, ILogger<EventPublisher> log) : BackgroundService
{
    // Of a market that leaps every rule may have something to say at one close.
    private const int Capacity = 10_000;
    private const int MostRemembered = 1_000;

    /// <summary>What is not out so long after it was raised is about another market.</summary>
    private static readonly TimeSpan News = TimeSpan.FromMinutes(1);

    /// <summary>A storm is the lesser evil: what nobody could judge for so long is sent.</summary>
    private static readonly TimeSpan Unjudged = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(8);

    private readonly Channel<Raised> _queue = Channel.CreateUnbounded<Raised>(new() { SingleReader = true });
    private int _open;

    /// <summary>Never blocks; a signal that finds too many open is lost, and logged.</summary>
    public void Enqueue(Signal signal)
    {
        if (Interlocked.Increment(ref _open) > Capacity)
        {
            Interlocked.Decrement(ref _open);
            EventPublisherLog.Dropped(log, signal.Item.Id, signal.Item.Title);
            return;
        }

        _queue.Writer.TryWrite(new(signal, time.GetTimestamp()));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await bus.WaitAsync(stoppingToken);
        // The last of each rule and symbol.
        var last = new Dictionary<string, Task>(StringComparer.Ordinal);
        try
        {
            await foreach (var raised in _queue.Reader.ReadAllAsync(stoppingToken))
            {
                var source = raised.Signal.Item.SourceId;
                // Asked here, so that whatever others wait for it is judged in the order in which it was raised.
                last[source] = SendBehindAsync(last.GetValueOrDefault(source, Task.CompletedTask), raised, gate.JudgeAsync(raised.Signal), stoppingToken);
                if (last.Count > MostRemembered)
                {
                    last.Where(l => l.Value.IsCompleted).ToList().ForEach(l => last.Remove(l.Key));
                }
            }
        }
        finally
        {
            // What was handed over is still written down.
            await Task.WhenAll(last.Values);
        }
    }

    private async Task SendBehindAsync(Task before, Raised raised, Task<Verdict?> verdict, CancellationToken cancellationToken)
    {
        await before;
        try
        {
            if (await verdict is null)
            {
                // It may have waited for the very one ahead of it.
                verdict = gate.JudgeAsync(raised.Signal);
            }

            await SendAsync(raised, verdict, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The next start raises what is news by then.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    /// <summary>Until it is sure that it is out or held back, or it is no news any more.</summary>
    private async Task SendAsync(Raised raised, Task<Verdict?> verdict, CancellationToken cancellationToken)
    {
        var (wait, item, isDecided) = (FirstWait, (ImmediateEvent?)null, false);
        while (time.GetElapsedTime(raised.At) <= News)
        {
            // Once it is decided it stays so here: it may be out from then on, to those that it was let through to.
            if (!isDecided)
            {
                (isDecided, item) = await verdict is { } said ? (true, said.Of(raised.Signal.Item))
                    : time.GetElapsedTime(raised.At) >= Unjudged ? (true, raised.Signal.Item) : (false, null);
            }

            if (isDecided && (item is null || await gate.SendAsync(item) == PublishOutcome.Durable))
            {
                return;
            }

            EventPublisherLog.NotDurable(log, raised.Signal.Item.Id, raised.Signal.Item.SourceId);
            await Task.Delay(wait, time, cancellationToken);
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
            verdict = isDecided ? verdict : gate.JudgeAsync(raised.Signal);
        }

        EventPublisherLog.GivenUp(log, raised.Signal.Item.Id, raised.Signal.Item.Title);
    }

    /// <param name="At">Timestamp of when it was raised.</param>
    private sealed record Raised(Signal Signal, long At);
}

internal static partial class EventPublisherLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "Event {EventId} dropped, too many wait to be sent: {Title}")]
    public static partial void Dropped(ILogger logger, Guid eventId, string title);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Event {EventId} of {Source} is not durable yet, trying again")]
    public static partial void NotDurable(ILogger logger, Guid eventId, string source);

    [LoggerMessage(Level = LogLevel.Error, Message = "Event {EventId} given up, it could not be sent in time: {Title}")]
    public static partial void GivenUp(ILogger logger, Guid eventId, string title);
}
