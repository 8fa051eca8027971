using System.Collections.Concurrent;
using TradingSystem.TradingGroup.Settings;

namespace TradingSystem.TradingGroup.Discussions;

/// <summary>One discussion of a group at a time, so that its decisions are published in order; a bounded number of groups at a time.</summary>
public sealed class GroupTurns(TradingGroupOptions options) : IDisposable
{
    private readonly ConcurrentDictionary<Guid, SemaphoreSlim> _groups = new();
    private readonly SemaphoreSlim _all = new(options.MaxParallel);

    /// <summary>Dispose the answer to end the turn.</summary>
    public async Task<IDisposable> TakeAsync(Guid groupId, CancellationToken cancellationToken)
    {
        var group = _groups.GetOrAdd(groupId, _ => new SemaphoreSlim(1));
        await group.WaitAsync(cancellationToken);
        try
        {
            // The group's own turn comes first: waiting for it must not take a place from other groups.
            await _all.WaitAsync(cancellationToken);
        }
        catch
        {
            group.Release();
            throw;
        }

        return new Turn(group, _all);
    }

    public void Dispose() => _all.Dispose();

    private sealed class Turn(SemaphoreSlim group, SemaphoreSlim all) : IDisposable
    {
        public void Dispose()
        {
            all.Release();
            group.Release();
        }
    }
}
