using Microsoft.Extensions.Logging.Abstractions;
using TradingSystem.Trigger.Feeds;

namespace TradingSystem.Tests.Trigger.Feeds;

/// <summary>A database that outlives the feeds of a test; it can be away.</summary>
internal sealed class MemoryFeedStates : IFeedStates
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, IReadOnlyList<FeedState>> _states = [];

    public bool Away { get; set; }

    public IReadOnlyList<FeedState> Of(string feed)
    {
        lock (_lock)
        {
            return _states.GetValueOrDefault(feed) ?? [];
        }
    }

    public PatientFeedStates Patient(TimeProvider time) => new(this, time, NullLogger<PatientFeedStates>.Instance);

    public Task<IReadOnlyList<FeedState>> ChangeAsync(string feed, Func<IReadOnlyList<FeedState>, IReadOnlyList<FeedState>> change, CancellationToken cancellationToken)
    {
        if (Away)
        {
            return Task.FromException<IReadOnlyList<FeedState>>(new InvalidOperationException("the database is away"));
        }

        lock (_lock)
        {
            return Task.FromResult(_states[feed] = [.. change(Of(feed)).OrderBy(s => s.At)]);
        }
    }
}
