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

    /// <summary>A storm is the lesser evil: what nobody could judge for so long is sent.</summary>
    private static readonly TimeSpan Unjudged = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(8);

    // No more than are open.
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
        var most = MostRemembered;
        try
        {
            await foreach (var raised in _queue.Reader.ReadAllAsync(stoppingToken))
            {
                var source = raised.Signal.Item.SourceId;
                // Asked here, so that whatever others wait for it is judged in the order in which it was raised.
                last[source] = SendBehindAsync(last.GetValueOrDefault(source, Task.CompletedTask), raised, gate.JudgeAsync(raised.Signal), stoppingToken);
                if (last.Count > most)
                {
                    last.Where(l => l.Value.IsCompleted).ToList().ForEach(l => last.Remove(l.Key));
                    most = Math.Max(MostRemembered, last.Count * 2);
                }
            }
        }
        finally
        {
            await Task.WhenAll(last.Values);
        }
    }

    /// <summary>Never throws, or what is behind it would not go out.</summary>
    private async Task SendBehindAsync(Task before, Raised raised, Task<Ruling?> ruling, CancellationToken cancellationToken)
    {
        try
        {
            await before.WaitAsync(cancellationToken);
            await SendAsync(raised, ruling, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // What was decided is kept and sent by another node or the next start; the rest that one raises again.
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            EventPublisherLog.Failed(log, raised.Signal.Item.Id, e);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    /// <summary>Until it is out or held back, or it is no news any more.</summary>
    private async Task SendAsync(Raised raised, Task<Ruling?> ruling, CancellationToken cancellationToken)
    {
        var (signal, wait, mayBeOut) = (raised.Signal, FirstWait, false);
        while (time.GetElapsedTime(raised.At) <= signal.News)
        {
            var said = mayBeOut ? null : await DecidedAsync(signal, ruling, cancellationToken);
            var isUndecided = said is null && !mayBeOut && gate.UndecidedFor < Unjudged;
            if (!isUndecided)
            {
                var outcome = said is null ? await gate.SendUnjudgedAsync(signal)
                    : !said.IsOpen || said.Verdict.Of(signal.Item) is not { } item ? PublishOutcome.Durable
                    : await gate.SendAsync(item);
                if (outcome == PublishOutcome.Durable)
                {
                    return;
                }

                // To all that it is for, and so it stays.
                mayBeOut |= said is null && outcome == PublishOutcome.Unknown;
            }

            EventPublisherLog.NotDurable(log, signal.Item.Id, signal.Item.SourceId);
            await Task.Delay(wait, time, cancellationToken);
            wait = isUndecided ? FirstWait : wait * 2 < LongestWait ? wait * 2 : LongestWait;
            // Asked again: it may be out by now, or given up.
            ruling = gate.JudgeAsync(signal);
        }

        EventPublisherLog.GivenUp(log, signal.Item.Id, signal.Item.Title);
    }

    /// <summary>
    /// The ruling; null where nobody can decide. Who asked long ago, while others were ahead, asks again; and each has a moment to be answered, whatever came of the others.
    /// </summary>
    private async Task<Ruling?> DecidedAsync(Signal signal, Task<Ruling?> ruling, CancellationToken cancellationToken)
    {
        if (ruling.IsCompleted && await ruling is null)
        {
            ruling = gate.JudgeAsync(signal);
        }

        do
        {
            await Task.WhenAny(ruling, Task.Delay(FirstWait, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
        while (!ruling.IsCompleted && gate.UndecidedFor < Unjudged);
        return ruling.IsCompleted ? await ruling : null;
    }

    /// <param name="At">Timestamp of when it was raised.</param>
    private sealed record Raised(Signal Signal, long At);
}

internal static partial class EventPublisherLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "Event {EventId} failed to be sent")]
    public static partial void Failed(ILogger logger, Guid eventId, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Event {EventId} dropped, too many wait to be sent: {Title}")]
    public static partial void Dropped(ILogger logger, Guid eventId, string title);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Event {EventId} of {Source} is not durable yet, trying again")]
    public static partial void NotDurable(ILogger logger, Guid eventId, string source);

    [LoggerMessage(Level = LogLevel.Error, Message = "Event {EventId} given up, it could not be sent in time: {Title}")]
    public static partial void GivenUp(ILogger logger, Guid eventId, string title);
}
