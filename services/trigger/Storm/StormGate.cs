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

    /// <summary>One that says the same is on its way for so long at most; then whoever asked may ask again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly Queue<Waiting> _waiting = new();
    private readonly Queue<Guid> _out = new();
    private readonly Queue<Guid> _unanswered = new();
    private Task _judging = Task.CompletedTask;
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
            lock (_lock)
            {
                Remember(_out, [item.Id]);
            }
        }
        else
        {
            await SayAsync(item.Id, outcome == PublishOutcome.Unavailable ? book.VoidAsync : book.MayBeOutAsync);
        }

        return outcome;
    }

    /// <summary>What becomes of it; null where that cannot be decided just now. Never throws.</summary>
    public async Task<Verdict?> JudgeAsync(Signal signal)
    {
        var since = time.GetTimestamp();
        while (true)
        {
            var (isDecided, verdict) = await AskAsync(signal);
            if (verdict is not null || !isDecided || time.GetElapsedTime(since) >= Patience)
            {
                return verdict;
            }

            // One that says the same is on its way: if it gets out this one is held back, else it is the first.
            await Task.Delay(LookAgain, time);
        }
    }

    /// <summary>Writes down what became known of events, unless that waits for an outage to end.</summary>
    public async Task SettleAsync()
    {
        Task judging;
        lock (_lock)
        {
            if (!_isJudging && _out.Count + _unanswered.Count > 0)
            {
                Begin();
            }

            judging = _judging;
        }

        await judging;
    }

    private Task<(bool IsDecided, Verdict? Verdict)> AskAsync(Signal signal)
    {
        var one = new Waiting(signal);
        lock (_lock)
        {
            if (_waiting.Count >= MostWaiting)
            {
                return Task.FromResult((false, (Verdict?)null));
            }

            _waiting.Enqueue(one);
            if (!_isJudging)
            {
                Begin();
            }
        }

        return one.Answer.Task;
    }

    /// <summary>Under the lock. Whoever came first does not wait for those who come after.</summary>
    private void Begin()
    {
        _isJudging = true;
        _judging = Task.Run(JudgeAllAsync);
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
        do
        {
            var (together, news) = Take();
            var byEvent = together.DistinctBy(w => w.Signal.Item.Id).ToList();
            var decided = new Dictionary<Guid, Verdict?>();
            if (!await TryJudgeAsync(byEvent, news, decided) && byEvent.Count > 1)
            {
                // What fails of one keeps none of the others from being raised.
                foreach (var one in byEvent)
                {
                    await TryJudgeAsync([one], new([], []), decided);
                }
            }

            together.ForEach(w => w.Answer.SetResult((decided.TryGetValue(w.Signal.Item.Id, out var verdict), verdict)));
        }
        while (HasMore());
    }

    /// <summary>False where it failed and may not with fewer of them; an outage fails for all.</summary>
    private async Task<bool> TryJudgeAsync(List<Waiting> waiting, StormNews news, Dictionary<Guid, Verdict?> decided)
    {
        try
        {
            var verdicts = await book.JudgeAsync(waiting.ConvertAll(w => w.Signal), news);
            waiting.Zip(verdicts).ToList().ForEach(p => decided[p.First.Signal.Item.Id] = p.Second);
            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (waiting.Count > 0)
            {
                StormGateLog.NotJudged(log, waiting.Count, e);
            }

            var isOutage = Outage.IsOutage(e) || e is OperationCanceledException;
            lock (_lock)
            {
                Remember(_out, news.Out);
                Remember(_unanswered, news.Unanswered);
                if (isOutage)
                {
                    // It may be decided all the same; nobody will act on that.
                    Remember(_unanswered, waiting.ConvertAll(w => w.Signal.Item.Id));
                }
            }

            return isOutage;
        }
    }

    /// <summary>Under the lock. In a long outage the oldest are forgotten: they hold nobody up by then.</summary>
    private static void Remember(Queue<Guid> known, IReadOnlyList<Guid> ids)
    {
        foreach (var id in ids)
        {
            if (known.Count == MostRemembered)
            {
                known.Dequeue();
            }

            known.Enqueue(id);
        }
    }

    private (List<Waiting> Together, StormNews News) Take()
    {
        lock (_lock)
        {
            var together = new List<Waiting>();
            while (together.Count < MostAtOnce && _waiting.TryDequeue(out var one))
            {
                together.Add(one);
            }

            var news = new StormNews([.. _out], [.. _unanswered]);
            _out.Clear();
            _unanswered.Clear();
            return (together, news);
        }
    }

    /// <summary>Nobody is left where it is empty, and the next who comes begins.</summary>
    private bool HasMore()
    {
        lock (_lock)
        {
            return _isJudging = _waiting.Count > 0;
        }
    }

    private sealed record Waiting(Signal Signal)
    {
        public TaskCompletionSource<(bool IsDecided, Verdict? Verdict)> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

internal static partial class StormGateLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Event {EventId} failed to publish")]
    public static partial void Failed(ILogger logger, Guid eventId, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Event {EventId} was let through and is not known to be sent; for half a minute what says the same waits for it: {Reason}")]
    public static partial void NotSaid(ILogger logger, Guid eventId, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Of {Count} events it is not decided whether they are raised: the database did not answer")]
    public static partial void NotJudged(ILogger logger, int count, Exception exception);
}
