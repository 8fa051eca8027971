using Microsoft.EntityFrameworkCore;
using TradingSystem.Trigger.Feeds;

namespace TradingSystem.Trigger.Storage;

/// <summary>The feeds' memory in the database; a lock per key that ends with the transaction keeps nodes apart.</summary>
public sealed class FeedStates(IDbContextFactory<TriggerDb> contexts) : IFeedStates
{
    public async Task<IReadOnlyList<FeedState>> ChangeAsync(string feed, Func<IReadOnlyList<FeedState>, IReadOnlyList<FeedState>> change, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var key = $"{TriggerDb.Schema}.feed_states:{feed}";
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended({key}, 0))", cancellationToken);
        var rows = await db.FeedStates.Where(s => s.Feed == feed).OrderBy(s => s.At).ToListAsync(cancellationToken);
        var wanted = change(rows.ConvertAll(r => new FeedState(r.At, r.Text)));
        var left = rows.ToDictionary(r => r.At);
        foreach (var state in wanted)
        {
            if (left.Remove(state.At, out var row))
            {
                row.Text = state.Text;
            }
            else
            {
                db.FeedStates.Add(new FeedStateRow { Feed = feed, At = state.At, Text = state.Text });
            }
        }

        db.FeedStates.RemoveRange(left.Values);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return wanted;
    }
}
