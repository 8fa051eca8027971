namespace TradingSystem.Trigger.Feeds;

/// <summary>Tries for as long as it takes: a feed that does not know where it was must not tell a price.</summary>
public sealed partial class PatientFeedStates(IFeedStates states, TimeProvider time, ILogger<PatientFeedStates> log)
{
    // A process that has just started on a busy machine needs seconds for its first statement; given up, it would begin anew.
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    public Task<IReadOnlyList<FeedState>> LoadAsync(string feed, CancellationToken cancellationToken) => ChangeAsync(feed, known => known, cancellationToken);

    public async Task<IReadOnlyList<FeedState>> ChangeAsync(string feed, Func<IReadOnlyList<FeedState>, IReadOnlyList<FeedState>> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(Deadline);
            try
            {
                return await states.ChangeAsync(feed, change, deadline.Token);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                PatientFeedStatesLog.Waits(log, feed, e);
            }

            await Task.Delay(Retry, time, cancellationToken);
        }
    }
}

internal static partial class PatientFeedStatesLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The state of the feed {Feed} waits for the database")]
    public static partial void Waits(ILogger logger, string feed, Exception exception);
}
