namespace TradingSystem.Hosting;

/// <summary>Wakes one that waits for something to do. What is set while nobody waits is not lost; set twice it wakes once.</summary>
public sealed class Wakeup
{
    private TaskCompletionSource _set = New();

    public void Set() => Volatile.Read(ref _set).TrySetResult();

    /// <summary>Ends when it is set, or after <paramref name="longest"/>. Whoever waits looks at everything after that: what was set meanwhile is covered.</summary>
    public async Task WaitAsync(TimeSpan longest, TimeProvider time, CancellationToken cancellationToken)
    {
        await Volatile.Read(ref _set).Task.WaitAsync(longest, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        Volatile.Write(ref _set, New());
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
