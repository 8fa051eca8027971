using System.Collections.Concurrent;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Outages;

namespace TradingSystem.Trigger.Storm;

/// <summary>
/// The one way of an event of this service to the bus. Whoever comes while others are judged is judged with all who came meanwhile, in the order in which they came.
/// </summary>
public sealed partial class StormGate(StormBook book, IDurablePublisher publisher, TimeProvider time, ILogger<StormGate> log)
{
    private const int MostAtOnce = 500;
    private const int MostWaiting = 10_000;
    private const int MostRemembered = 50_000;

    /// <summary>What was kept is answered for by then, whether or not the bus has it yet.</summary>
    private static readonly TimeSpan Promptly = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private readonly Queue<Waiting> _waiting = new();
    private readonly ConcurrentQueue<Guid> _out = new();
    private readonly Queue<Signal> _unjudged = new();
    private long? _undecidedSince;
    private bool _isJudging;

    /// <summary>For how long nobody could decide, as while the database does not answer; zero where the last who asked was answered.</summary>
    public TimeSpan UndecidedFor
    {
        get
        {
            lock (_lock)
            {
                return _undecidedSince is { } since ? time.GetElapsedTime(since) : TimeSpan.Zero;
            }
        }
    }

    /// <summary>
    /// Raises an event, unless it is held back. <see cref="PublishOutcome.Durable"/>: that is decided, and what is let through is kept and sent, now or as soon as the
    /// bus takes it. <see cref="PublishOutcome.Unknown"/>: nobody could decide, or not say so; it may be asked again. Never throws.
    /// </summary>
    public async Task<PublishOutcome> RaiseAsync(Signal signal)
    {
        if (await JudgeAsync(signal) is not { } ruling)
        {
            return PublishOutcome.Unknown;
        }

        await SendAsync(signal, ruling);
        return PublishOutcome.Durable;
    }

    /// <summary>
    /// The same, and says whether it is out: for who tells others so. <see cref="PublishOutcome.Durable"/>: it is out, held back or given up.
    /// <see cref="PublishOutcome.Unknown"/>: that is not known yet, and it may be asked again.
    /// </summary>
    public async Task<PublishOutcome> RaiseOutAsync(Signal signal) =>
        await JudgeAsync(signal) is not { } ruling ? PublishOutcome.Unknown
        : !ruling.IsOpen || ruling.Verdict.Of(signal.Item) is not { } item ? PublishOutcome.Durable
        : await SendAsync(item) == PublishOutcome.Durable ? PublishOutcome.Durable
        : PublishOutcome.Unknown;

    /// <summary>Sends what a ruling lets through and is not out yet, and waits for that for a moment; behind that it is sent all the same. Never throws.</summary>
    public async Task SendAsync(Signal signal, Ruling ruling)
    {
        if (ruling.IsOpen && ruling.Verdict.Of(signal.Item) is { } item)
        {
            await Task.WhenAny(SendAsync(item), Task.Delay(Promptly, time));
        }
    }

    /// <summary>Sends an event as it is. Never throws.</summary>
    public async Task<PublishOutcome> SendAsync(ImmediateEvent item)
    {
        try
        {
            // What was handed over is out: who no longer waits does not take it back.
            var outcome = await publisher.PublishAsync(item, CancellationToken.None);
            if (outcome == PublishOutcome.Durable && _out.Count < MostRemembered)
            {
                _out.Enqueue(item.Id);
            }

            return outcome;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            StormGateLog.Failed(log, item.Id, e);
            return PublishOutcome.Unknown;
        }
    }

    /// <summary>
    /// Sends an event that nobody could decide about, to all that it is for. It is written down as let through once somebody can decide. Never throws.
    /// </summary>
    public async Task<PublishOutcome> SendUnjudgedAsync(Signal signal)
    {
        var outcome = await SendAsync(signal.Item);
        if (outcome != PublishOutcome.Unavailable)
        {
            lock (_lock)
            {
                if (_unjudged.Count == MostWaiting)
                {
                    _unjudged.Dequeue();
                }

                _unjudged.Enqueue(signal);
            }
        }

        return outcome;
    }

    /// <summary>What becomes of it; null where nobody could decide, or not say so. Never throws.</summary>
    public Task<Ruling?> JudgeAsync(Signal signal)
    {
        var one = new Waiting(signal);
        lock (_lock)
        {
            if (_waiting.Count >= MostWaiting)
            {
                return Task.FromResult<Ruling?>(null);
            }

            _waiting.Enqueue(one);
            if (_isJudging)
            {
                return one.Ruling.Task;
            }

            _isJudging = true;
        }

        // Whoever came first does not wait for those who come after.
        _ = Task.Run(JudgeAllAsync);
        return one.Ruling.Task;
    }

    /// <summary>Writes down what is out since the last call; what cannot be is sent again, under its id.</summary>
    public async Task ConfirmAsync(CancellationToken cancellationToken)
    {
        var ids = new List<Guid>();
        while (ids.Count < MostAtOnce && _out.TryDequeue(out var id))
        {
            ids.Add(id);
        }

        if (ids.Count == 0)
        {
            return;
        }

        try
        {
            await book.ConfirmAsync(ids, cancellationToken);
        }
        catch
        {
            ids.ForEach(_out.Enqueue);
            throw;
        }

        await ConfirmAsync(cancellationToken);
    }

    private async Task JudgeAllAsync()
    {
        while (Take(out var unjudged) is { Count: > 0 } together)
        {
            var byEvent = together.DistinctBy(w => w.Signal.Item.Id).ToList();
            var decided = new Dictionary<Guid, Ruling>();
            if (!await TryJudgeAsync(byEvent, unjudged, decided) && byEvent.Count > 1)
            {
                // What fails of one keeps none of the others from being raised.
                foreach (var one in byEvent)
                {
                    if (await TryJudgeAsync([one], unjudged, decided) && !decided.ContainsKey(one.Signal.Item.Id))
                    {
                        // An outage, which would take as long of each.
                        break;
                    }
                }
            }

            together.ForEach(w => w.Ruling.SetResult(decided.GetValueOrDefault(w.Signal.Item.Id)));
        }
    }

    /// <summary>False where it failed and may not with fewer of them; an outage fails for all.</summary>
    private async Task<bool> TryJudgeAsync(List<Waiting> waiting, List<Signal> unjudged, Dictionary<Guid, Ruling> decided)
    {
        lock (_lock)
        {
            _undecidedSince ??= time.GetTimestamp();
        }

        try
        {
            var rulings = await book.JudgeAsync(waiting.ConvertAll(w => w.Signal), unjudged);
            lock (_lock)
            {
                _undecidedSince = null;
                while (_unjudged.TryPeek(out var first) && unjudged.Contains(first))
                {
                    _unjudged.Dequeue();
                }

                unjudged.Clear();
            }

            waiting.Zip(rulings).ToList().ForEach(p => decided[p.First.Signal.Item.Id] = p.Second);
            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            StormGateLog.NotJudged(log, waiting.Count, e);
            return Outage.IsOutage(e) || e is OperationCanceledException;
        }
    }

    /// <summary>Nobody is left where it is empty, and the next who comes begins.</summary>
    private List<Waiting> Take(out List<Signal> unjudged)
    {
        lock (_lock)
        {
            unjudged = [.. _unjudged.Take(MostAtOnce)];
            var together = new List<Waiting>();
            while (together.Count < MostAtOnce && _waiting.TryDequeue(out var one))
            {
                together.Add(one);
            }

            _isJudging = together.Count > 0;
            return together;
        }
    }

    private sealed record Waiting(Signal Signal)
    {
        public TaskCompletionSource<Ruling?> Ruling { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

internal static partial class StormGateLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Event {EventId} failed to publish")]
    public static partial void Failed(ILogger logger, Guid eventId, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Of {Count} events it is not decided whether they are raised: the database did not answer")]
    public static partial void NotJudged(ILogger logger, int count, Exception exception);
}
