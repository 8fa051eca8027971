using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Storm;

/// <summary>
/// Counts in one trailing summary what followed the first of a kind, once its time is over, and once a minute what each group had no room for. One node at a time.
/// </summary>
public sealed class StormCounter(IDbContextFactory<TriggerDb> database, StormOptions options, TimeProvider time)
{
    private const long Lock = 0x5354_4f52_4d02;

    // Kinds of a round, all of each; the next round counts on.
    private const int MostKinds = 200;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    public async Task CountAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        await using var db = await database.CreateDbContextAsync(deadline.Token);
        await using var transaction = await db.Database.BeginTransactionAsync(deadline.Token);
        if (!await db.Database.SqlQuery<bool>($"select pg_try_advisory_xact_lock({Lock}) as \"Value\"").SingleAsync(deadline.Token))
        {
            return;
        }

        var now = time.GetUtcNow();
        await CountSameAsync(db, now, deadline.Token);
        await CountCrowdedAsync(db, now, deadline.Token);
        await db.SaveChangesAsync(deadline.Token);
        await transaction.CommitAsync(deadline.Token);
    }

    private async Task CountSameAsync(TriggerDb db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var over = now - options.SameWithin;
        var kinds = await Uncounted(db, StormWords.SameEvent).GroupBy(s => s.SameAs).Where(g => g.Min(s => s.CreatedAt) <= over)
            .Select(g => g.Key).Take(MostKinds).ToListAsync(cancellationToken);
        if (kinds.Count == 0)
        {
            return;
        }

        foreach (var held in (await HeldAsync(Uncounted(db, StormWords.SameEvent).Where(s => kinds.Contains(s.SameAs)), cancellationToken)).GroupBy(h => (h.SameAs, h.Clock)))
        {
            await SummariseAsync(db, [.. held], [.. held.SelectMany(h => h.HeldFrom).Distinct(StringComparer.Ordinal)], now, cancellationToken);
        }
    }

    private static async Task CountCrowdedAsync(TriggerDb db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var over = now - StormJudge.Minute;
        if (!await Uncounted(db, StormWords.Budget).AnyAsync(s => s.CreatedAt <= over, cancellationToken))
        {
            return;
        }

        var all = await HeldAsync(Uncounted(db, StormWords.Budget), cancellationToken);
        foreach (var (group, clock) in all.SelectMany(h => h.HeldFrom.Select(g => (g, h.Clock))).Distinct().ToList())
        {
            await SummariseAsync(db, [.. all.Where(h => h.Clock == clock && h.HeldFrom.Contains(group))], [group], now, cancellationToken);
        }
    }

    private static IQueryable<SignalRow> Uncounted(TriggerDb db, string reason) => db.Signals.AsNoTracking().Where(s => s.CountedAt == null && s.Reason == reason);

    private static async Task<List<HeldSignal>> HeldAsync(IQueryable<SignalRow> rows, CancellationToken cancellationToken) =>
        await rows.OrderBy(s => s.Seq)
            .Select(s => new HeldSignal(s.Id, s.Clock, s.RaisedAt, s.CreatedAt, s.SourceId, s.Priority, s.Title, s.Reason!, s.HeldFrom, s.SameAs)).ToListAsync(cancellationToken);

    private static async Task SummariseAsync(
        TriggerDb db, List<HeldSignal> held, List<string> groups, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var summary = StormSummaries.Of(held, groups, now);
        db.Signals.Add(new()
        {
            Id = summary.Id,
            Clock = StormBook.Wall,
            RaisedAt = held.Max(h => h.CreatedAt),
            At = now,
            Kind = null,
            SourceId = summary.SourceId,
            Priority = summary.Priority,
            Title = summary.Title,
            Outcome = StormWords.Summary,
            Groups = groups,
            HeldFrom = [],
            Reason = null,
            SameAs = held[0].Reason == StormWords.SameEvent ? held[0].SameAs : null,
            CreatedAt = now,
            CountedAt = now,
            Event = StormSummaries.Write(summary),
            ToldAt = null,
        });
        var ids = held.ConvertAll(h => h.Id);
        await db.Signals.Where(s => ids.Contains(s.Id)).ExecuteUpdateAsync(
            s => s.SetProperty(r => r.SummaryId, summary.Id).SetProperty(r => r.CountedAt, now), cancellationToken);
    }
}
