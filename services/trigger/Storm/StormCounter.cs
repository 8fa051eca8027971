using System.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Storm;

/// <summary>
/// Counts in one trailing summary what followed the first of a kind, once its time is over, and once a minute what a group had no room for. One node at a time.
/// Groups that the same was kept from share one summary.
/// </summary>
public sealed class StormCounter(IDbContextFactory<TriggerDb> database, TimeProvider time)
{
    private const long Lock = 0x5354_4f52_4d02;

    // What one transaction counts; the next goes on.
    private const int MostAtOnce = 100;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    /// <summary>So long after it could be made a summary is worth a wake; then it is a log line.</summary>
    private static readonly TimeSpan News = TimeSpan.FromMinutes(5);

    public async Task CountAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await CountSomeAsync(cancellationToken) == MostAtOnce)
            {
            }
        }
        catch (Exception e) when ((e as PostgresException ?? e.InnerException as PostgresException)?.SqlState == PostgresErrorCodes.SerializationFailure)
        {
            // Another node has just counted the same.
        }
    }

    /// <returns>How many there were; 0 as well where another node counts.</returns>
    private async Task<int> CountSomeAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        await using var db = await database.CreateDbContextAsync(deadline.Token);
        // Of one moment: what is held back meanwhile waits for the next summary.
        await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, deadline.Token);
        // A node that is frozen with the lock in its hand keeps the others no longer than this.
        await db.Database.ExecuteSqlAsync($"set local idle_in_transaction_session_timeout = '10s'", deadline.Token);
        if (!await db.Database.SqlQuery<bool>($"select pg_try_advisory_xact_lock({Lock}) as \"Value\"").SingleAsync(deadline.Token))
        {
            return 0;
        }

        var now = time.GetUtcNow();
        var due = await db.Database.SqlQuery<Due>(
            $"""
            select reason as "Reason", clock as "Clock", same_as as "SameAs", group_name as "GroupName",
              max(until) as "Until", md5(string_agg(signal_id::text, ',' order by signal_id)) as "Events"
            from trigger.holds
            where counted_at is null
            group by reason, clock, same_as, group_name having min(until) <= {now}
            order by min(until), reason, clock, same_as, group_name limit {MostAtOnce}
            """).ToListAsync(deadline.Token);
        foreach (var together in due.GroupBy(d => (d.Reason, d.Clock, d.SameAs, d.Events)))
        {
            await SummariseAsync(db, together.First(), [.. together.Select(d => d.GroupName)], now, deadline.Token);
        }

        await db.SaveChangesAsync(deadline.Token);
        await transaction.CommitAsync(deadline.Token);
        return due.Count;
    }

    private static async Task SummariseAsync(TriggerDb db, Due due, List<string> groups, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7(now);
        await db.Holds
            .Where(h => h.CountedAt == null && h.Reason == due.Reason && h.Clock == due.Clock && h.SameAs == due.SameAs && groups.Contains(h.GroupName))
            .ExecuteUpdateAsync(h => h.SetProperty(r => r.SummaryId, id).SetProperty(r => r.CountedAt, now), cancellationToken);
        var held = db.Signals.AsNoTracking().Where(s => db.Holds.Any(h => h.SignalId == s.Id && h.SummaryId == id));
        var all = await held.GroupBy(_ => 1).Select(g => new
        {
            Count = g.Count(),
            FirstAt = g.Min(s => s.RaisedAt),
            LastAt = g.Max(s => s.RaisedAt),
            Priority = g.Max(s => s.Priority),
        }).SingleAsync(cancellationToken);
        var summary = StormSummaries.Of(
            new(due.Reason, due.SameAs, all.Count, all.FirstAt, all.LastAt, all.Priority)
            {
                Title = await held.OrderBy(s => s.Seq).Select(s => s.Title).FirstAsync(cancellationToken),
                Sources = await held.Select(s => s.SourceId).Distinct().Order().Take(StormSummaries.MostTold).ToListAsync(cancellationToken),
                Titles = await held.GroupBy(s => s.Title).OrderByDescending(g => g.Count()).ThenBy(g => g.Min(s => s.Seq)).Take(StormSummaries.MostTold)
                    .Select(g => new HeldTitle(g.Key, g.Count())).ToListAsync(cancellationToken),
                OtherTitles = Math.Max(await held.Select(s => s.Title).Distinct().CountAsync(cancellationToken) - StormSummaries.MostTold, 0),
            },
            id, groups, now);
        db.Signals.Add(new()
        {
            Id = id,
            Clock = SignalRows.Wall,
            RaisedAt = now,
            At = now,
            Topic = null,
            Says = "",
            SourceId = summary.SourceId,
            Priority = summary.Priority,
            Title = summary.Title,
            Outcome = StormWords.Summary,
            Groups = groups,
            SameAs = due.SameAs,
            CreatedAt = now,
            Event = SignalRows.Write(summary),
            NewsUntil = due.Until + News,
            ToldAt = now,
        });
    }

    /// <summary>What a group waits to be told of.</summary>
    /// <param name="Until">When the last of it could be counted.</param>
    /// <param name="Events">The same for groups that the same events were kept from.</param>
    private sealed record Due(string Reason, string Clock, Guid? SameAs, string GroupName, DateTimeOffset Until, string Events);
}
