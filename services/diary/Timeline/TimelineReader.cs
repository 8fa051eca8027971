using System.Data;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Diary.Storage;

namespace TradingSystem.Diary.Timeline;

/// <summary>Merges the tables by their common sequence. Entries come oldest first.</summary>
public sealed class TimelineReader(IDbContextFactory<DiaryDb> contexts)
{
    /// <summary>The newest <paramref name="limit"/> entries.</summary>
    public Task<IReadOnlyList<TimelineEntry>> LastAsync(int limit, CancellationToken cancellationToken) =>
        ReadAsync(new Newest(limit), cancellationToken);

    /// <summary>The first <paramref name="limit"/> entries after a sequence number.</summary>
    public Task<IReadOnlyList<TimelineEntry>> AfterAsync(long seq, int limit, CancellationToken cancellationToken) =>
        ReadAsync(new After(seq, limit), cancellationToken);

    /// <summary>The first <paramref name="limit"/> entries created at or after a moment.</summary>
    public Task<IReadOnlyList<TimelineEntry>> SinceAsync(DateTimeOffset moment, int limit, CancellationToken cancellationToken) =>
        ReadAsync(new Since(moment.ToUniversalTime(), limit), cancellationToken);

    private async Task<IReadOnlyList<TimelineEntry>> ReadAsync(Slice slice, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);

        // One snapshot for all tables: an entry of a later commit must not hide one that a table read earlier did not show yet.
        await using var snapshot = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var entries = new List<TimelineEntry>();
        entries.AddRange((await slice.Of(db.Events).ToListAsync(cancellationToken)).Select(Entries.Entry));
        entries.AddRange((await slice.Of(db.Discussions).ToListAsync(cancellationToken)).Select(Entries.Entry));
        entries.AddRange((await slice.Of(db.SystemLogs).ToListAsync(cancellationToken)).Select(Entries.Entry));
        entries.AddRange((await slice.Of(db.OrderUpdates).ToListAsync(cancellationToken)).Select(Entries.Entry));
        entries.AddRange((await slice.Of(db.EquitySnapshots).ToListAsync(cancellationToken)).Select(Entries.Entry));
        await snapshot.CommitAsync(cancellationToken);
        entries.Sort((a, b) => a.Seq.CompareTo(b.Seq));
        return slice.Cut(entries);
    }

    private abstract record Slice(int Limit)
    {
        public abstract IQueryable<T> Of<T>(DbSet<T> rows)
            where T : class, ISequenced;

        public virtual IReadOnlyList<TimelineEntry> Cut(List<TimelineEntry> entries) => entries.Count <= Limit ? entries : entries.GetRange(0, Limit);
    }

    private sealed record Newest(int Limit) : Slice(Limit)
    {
        public override IQueryable<T> Of<T>(DbSet<T> rows) => rows.AsNoTracking().OrderByDescending(r => r.Seq).Take(Limit);

        public override IReadOnlyList<TimelineEntry> Cut(List<TimelineEntry> entries) => entries.Count <= Limit ? entries : entries.GetRange(entries.Count - Limit, Limit);
    }

    private sealed record After(long Seq, int Limit) : Slice(Limit)
    {
        public override IQueryable<T> Of<T>(DbSet<T> rows) => rows.AsNoTracking().Where(r => r.Seq > Seq).OrderBy(r => r.Seq).Take(Limit);
    }

    private sealed record Since(DateTimeOffset Moment, int Limit) : Slice(Limit)
    {
        public override IQueryable<T> Of<T>(DbSet<T> rows) => rows.AsNoTracking().Where(r => r.CreatedAt >= Moment).OrderBy(r => r.Seq).Take(Limit);
    }
}
