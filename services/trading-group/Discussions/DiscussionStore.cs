using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.TradingGroup.Storage;

namespace TradingSystem.TradingGroup.Discussions;

/// <summary>Keeps at most one discussion for each group and event, and each group's stance with it.</summary>
public sealed class DiscussionStore(IDbContextFactory<TradingGroupDb> contexts)
{
    public async Task<Announcement?> FindAsync(Guid groupId, Guid eventId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await FindAsync(db, groupId, eventId, cancellationToken);
    }

    /// <summary>
    /// Lets <paramref name="decide"/> conclude from the group's stance and saves both together.
    /// The stance's row lock lets one discussion of a group conclude at a time, on all nodes.
    /// </summary>
    public async Task<Announcement> ConcludeAsync(
        Guid groupId,
        Guid eventId,
        Func<StanceRow, (Announcement Announcement, Action<StanceRow> Change)> decide,
        CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync($"insert into trading_group.stances (group_id, direction) values ({groupId}, 0) on conflict do nothing", cancellationToken);
        var stance = (await db.Stances.FromSql($"select * from trading_group.stances where group_id = {groupId} for update").ToListAsync(cancellationToken))[0];
        if (await FindAsync(db, groupId, eventId, cancellationToken) is { } known)
        {
            return known;
        }

        var (announcement, change) = decide(stance);
        change(stance);
        db.Discussions.Add(new DiscussionRow
        {
            Id = announcement.Log.Id,
            GroupId = groupId,
            EventId = eventId,
            Log = JsonSerializer.Serialize(announcement.Log),
            Decision = JsonSerializer.Serialize(announcement.Decision),
            CreatedAt = announcement.Log.CreatedAt,
        });
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return announcement;
    }

    public async Task<IReadOnlyDictionary<Guid, StanceRow>> StancesAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Stances.AsNoTracking().ToDictionaryAsync(s => s.GroupId, cancellationToken);
    }

    private static async Task<Announcement?> FindAsync(TradingGroupDb db, Guid groupId, Guid eventId, CancellationToken cancellationToken)
    {
        var row = await db.Discussions.AsNoTracking().SingleOrDefaultAsync(d => d.GroupId == groupId && d.EventId == eventId, cancellationToken);
        return row is null ? null : new(JsonSerializer.Deserialize<DiscussionLog>(row.Log)!, JsonSerializer.Deserialize<TradeDecision>(row.Decision)!);
    }
}
