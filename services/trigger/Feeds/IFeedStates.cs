namespace TradingSystem.Trigger.Feeds;

/// <summary>What a feed must still know after a restart, as of <c>At</c> (market time). <c>Text</c> is the feed's own.</summary>
public sealed record FeedState(DateTimeOffset At, string Text);

/// <summary>The feeds' memory over restarts. A handful of states for each key, oldest first.</summary>
public interface IFeedStates
{
    /// <summary>
    /// Replaces the states of <paramref name="feed"/> by what <paramref name="change"/> makes of them and returns those; nobody else, on any node,
    /// changes them in between. Durable when it returns, unchanged when it throws.
    /// </summary>
    Task<IReadOnlyList<FeedState>> ChangeAsync(string feed, Func<IReadOnlyList<FeedState>, IReadOnlyList<FeedState>> change, CancellationToken cancellationToken);
}
