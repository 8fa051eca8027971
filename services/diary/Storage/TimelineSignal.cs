namespace TradingSystem.Diary.Storage;

/// <summary>Wakes this process's followers of the timeline after a write.</summary>
public sealed class TimelineSignal
{
    private volatile TaskCompletionSource _next = New();

    /// <summary>Take it before reading: it completes with the first write after this call.</summary>
    public Task Next => _next.Task;

    public void Pulse() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
