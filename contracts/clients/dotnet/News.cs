namespace TradingSystem.Client;

/// <summary>Waits for what frames bring: whoever waits looks again each time that something is told, until the client stops.</summary>
internal sealed class News(TimeProvider time, Task<StoppedException> stopped)
{
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Tell() => Interlocked.Exchange(ref _next, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    /// <param name="what">What is waited for, for the error.</param>
    /// <exception cref="NoReplyException">It did not come within the deadline.</exception>
    /// <exception cref="StoppedException">The client stopped meanwhile.</exception>
    public async Task<T> UntilAsync<T>(Func<T?> find, TimeSpan deadline, Func<string> what, CancellationToken cancellationToken)
        where T : class
    {
        using var late = new CancellationTokenSource(deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            while (true)
            {
                var next = Volatile.Read(ref _next);
                if (find() is { } found)
                {
                    return found;
                }

                await Task.WhenAny(next.Task, stopped).WaitAsync(either.Token);
                if (stopped.IsCompleted)
                {
                    throw await stopped;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NoReplyException($"no {what()} within {deadline}");
        }
    }
}
