using System.Collections.Concurrent;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Outages;

namespace TradingSystem.Trigger.Storm;

/// <summary>
/// The one way of an event of this service to the bus. Whoever comes while others are judged is judged with all who came meanwhile, in the order in which they came.
/// </summary>
public sealed partial class StormGate(StormBook book, IDurablePublisher publisher, ILogger<StormGate> log)
{
    private const int MostAtOnce = 500;
    private const int MostWaiting = 10_000;

    private readonly Lock _lock = new();
    private readonly Queue<Waiting> _waiting = new();
    private readonly ConcurrentQueue<Guid> _unconfirmed = new();
    private bool _isJudging;

    /// <summary>
    /// Sends an event, unless it is held back. <see cref="PublishOutcome.Durable"/> says that one of both is so for sure;
    /// <see cref="PublishOutcome.Unavailable"/> that neither is, and it may be asked again. Never throws.
    /// </summary>
    public async Task<PublishOutcome> RaiseAsync(Signal signal)
    {
        if (await JudgeAsync(signal) is not { } verdict)
        {
            return PublishOutcome.Unavailable;
        }

        return verdict.Of(signal.Item) is { } item ? await SendAsync(item) : PublishOutcome.Durable;
    }

    /// <summary>Sends an event whatever was said of it. Never throws.</summary>
    public async Task<PublishOutcome> SendAsync(ImmediateEvent item)
    {
        var outcome = PublishOutcome.Unknown;
        try
        {
            // What was handed over is out: who no longer waits does not take it back.
            outcome = await publisher.PublishAsync(item, CancellationToken.None);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            StormGateLog.Failed(log, item.Id, e);
        }

        if (outcome == PublishOutcome.Durable)
        {
            _unconfirmed.Enqueue(item.Id);
        }
        else
        {
            await SayAsync(item.Id, outcome == PublishOutcome.Unavailable ? book.VoidAsync : book.MayBeOutAsync);
        }

        return outcome;
    }

    /// <summary>What becomes of it; null where that cannot be decided just now. Never throws.</summary>
    public Task<Verdict?> JudgeAsync(Signal signal)
    {
        var one = new Waiting(signal);
        lock (_lock)
        {
            if (_waiting.Count >= MostWaiting)
            {
                return Task.FromResult<Verdict?>(null);
            }

            _waiting.Enqueue(one);
            if (_isJudging)
            {
                return one.Verdict.Task;
            }

            _isJudging = true;
        }

        // Whoever came first does not wait for those who come after.
        _ = Task.Run(JudgeAllAsync);
        return one.Verdict.Task;
    }

    /// <summary>Writes down what is out since the last call.</summary>
    public async Task ConfirmAsync(CancellationToken cancellationToken)
    {
        var ids = new List<Guid>();
        while (_unconfirmed.TryDequeue(out var id))
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
            ids.ForEach(_unconfirmed.Enqueue);
            throw;
        }
    }

    /// <summary>What cannot be said now counts as on its way, and no longer than that takes.</summary>
    private async Task SayAsync(Guid id, Func<Guid, Task> say)
    {
        try
        {
            await say(id);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            StormGateLog.NotSaid(log, id, e.Message);
        }
    }

    private async Task JudgeAllAsync()
    {
        while (Take() is { Count: > 0 } together)
        {
            var byEvent = together.DistinctBy(w => w.Signal.Item.Id).ToList();
            var decided = new Dictionary<Guid, Verdict>();
            if (!await TryJudgeAsync(byEvent, decided) && byEvent.Count > 1)
            {
                // What fails of one keeps none of the others from being raised.
                foreach (var one in byEvent)
                {
                    await TryJudgeAsync([one], decided);
                }
            }

            together.ForEach(w => w.Verdict.SetResult(decided.GetValueOrDefault(w.Signal.Item.Id)));
        }
    }

    /// <summary>False where it failed and may not with fewer of them; an outage fails for all.</summary>
    private async Task<bool> TryJudgeAsync(List<Waiting> waiting, Dictionary<Guid, Verdict> decided)
    {
        try
        {
            var verdicts = await book.JudgeAsync(waiting.ConvertAll(w => w.Signal));
            waiting.Zip(verdicts).ToList().ForEach(p => decided[p.First.Signal.Item.Id] = p.Second);
            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            StormGateLog.NotJudged(log, waiting.Count, e);
            return Outage.IsOutage(e) || e is OperationCanceledException;
        }
    }

    /// <summary>Nobody is left where it is empty, and the next who comes begins.</summary>
    private List<Waiting> Take()
    {
        lock (_lock)
        {
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
        public TaskCompletionSource<Verdict?> Verdict { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

internal static partial class StormGateLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Event {EventId} failed to publish")]
    public static partial void Failed(ILogger logger, Guid eventId, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Event {EventId} was let through and is not known to be sent; for half a minute it may hold back the same: {Reason}")]
    public static partial void NotSaid(ILogger logger, Guid eventId, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Of {Count} events it is not decided whether they are raised: the database did not answer")]
    public static partial void NotJudged(ILogger logger, int count, Exception exception);
}
