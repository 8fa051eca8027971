using System.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using TradingSystem.Trigger.Blackouts;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Storm;

/// <summary>
/// Counts in one trailing summary what followed the first of a kind, once its time is over, and once a minute what a group had no room for. One node at a time.
/// Groups that the same was kept from share one summary. Whoever a blackout mutes is told behind it.
/// </summary>
public sealed class StormCounter(IDbContextFactory<TriggerDb> database, TimeProvider time)
{
    private const long Lock = 0x5354_4f52_4d02;

    // What one transaction counts; the next goes on.
    private const int MostAtOnce = 100;

    /// <summary>In one summary: what a long mute held back must not take longer than there is time. The rest is another one.</summary>
    private const int MostCounted = 20_000;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    /// <summary>So long after it could be made a summary is worth a wake; then it is a log line.</summary>
    private static readonly TimeSpan News = TimeSpan.FromMinutes(5);

    private readonly BlackoutMemory _blackouts = new();

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
        var groups = await UnmutedAsync(db, now, deadline.Token);
        var due = await db.Database.SqlQuery<Due>(
            $"""
            with due as (
              select distinct reason, clock, same_as, group_name from (
                select reason, clock, same_as, group_name from trigger.holds
                where counted_at is null and until <= {now} and group_name = any({groups}) limit {MostCounted}) h
              order by reason, clock, same_as, group_name limit {MostAtOnce})
            select d.reason as "Reason", d.clock as "Clock", d.same_as as "SameAs", d.group_name as "GroupName",
              max(h.until) as "Until", md5(string_agg(h.signal_id::text, ',' order by h.signal_id)) as "Events"
            from due d cross join lateral (
              select signal_id, until from trigger.holds h
              where h.counted_at is null and h.group_name = d.group_name and h.reason = d.reason and h.clock = d.clock and h.same_as is not distinct from d.same_as
              order by signal_id limit {MostCounted}) h
            group by d.reason, d.clock, d.same_as, d.group_name order by min(h.until), d.reason, d.clock, d.same_as, d.group_name
            """).ToListAsync(deadline.Token);
        foreach (var together in due.GroupBy(d => (d.Reason, d.Clock, d.SameAs, d.Events)))
        {
            await SummariseAsync(db, together.First(), [.. together.Select(d => d.GroupName)], now, deadline.Token);
        }

        await db.SaveChangesAsync(deadline.Token);
        await transaction.CommitAsync(deadline.Token);
        return due.Count;
    }

    /// <summary>Names of the groups that may be told: whoever is muted is not woken by a summary either, and all that was kept from it waits for the end of that.</summary>
    private async Task<string[]> UnmutedAsync(TriggerDb db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var mutes = await _blackouts.ReadAsync((NpgsqlConnection)db.Database.GetDbConnection(), cancellationToken);
        var muted = (await TargetedGroups.ActiveAsync(db, cancellationToken)).Where(g => mutes.Of(g.Name, g.Market, g.Symbol, now) is not null).Select(g => g.Name).ToHashSet();
        return [.. (await db.TargetedGroups.AsNoTracking().Select(g => g.Name).Distinct().ToListAsync(cancellationToken)).Where(n => !muted.Contains(n))];
    }

    private static async Task SummariseAsync(TriggerDb db, Due due, List<string> groups, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7(now);
        await db.Database.ExecuteSqlAsync(
            $"""
            update trigger.holds h set summary_id = {id}, counted_at = {now}
            from (
              select distinct signal_id from trigger.holds
              where counted_at is null and group_name = any({groups.ToArray()}) and reason = {due.Reason} and clock = {due.Clock}
                and same_as is not distinct from {due.SameAs}::uuid
              order by signal_id limit {MostCounted}) s
            where h.signal_id = s.signal_id and h.group_name = any({groups.ToArray()}) and h.counted_at is null and h.reason = {due.Reason}
            """,
            cancellationToken);
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
            // Of a mute nobody knows when it was over: it is told as soon as it is seen.
            NewsUntil = (due.Reason == StormWords.Mute ? now : due.Until) + News,
            ToldAt = now,
        });
    }

    /// <summary>What a group waits to be told of.</summary>
    /// <param name="Until">When the last of it could be counted.</param>
    /// <param name="Events">The same for groups that the same events were kept from.</param>
    private sealed record Due(string Reason, string Clock, Guid? SameAs, string GroupName, DateTimeOffset Until, string Events);
}
