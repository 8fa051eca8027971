using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using TradingSystem.Hosting;

namespace TradingSystem.Trigger.Storage;

/// <summary>Schema <c>trigger</c>.</summary>
public sealed class TriggerDb(DbContextOptions<TriggerDb> options) : DbContext(options)
{
    public const string Schema = "trigger";

    public DbSet<CandleRow> Candles => Set<CandleRow>();

    public DbSet<FeedStateRow> FeedStates => Set<FeedStateRow>();

    public DbSet<RuleRow> Rules => Set<RuleRow>();

    public DbSet<RuleVersionRow> RuleVersions => Set<RuleVersionRow>();

    public DbSet<RuleEvaluationRow> RuleEvaluations => Set<RuleEvaluationRow>();

    public DbSet<RuleStateRow> RuleStates => Set<RuleStateRow>();

    public DbSet<ScheduleRow> Schedules => Set<ScheduleRow>();

    public DbSet<OccurrenceRow> Occurrences => Set<OccurrenceRow>();

    public DbSet<ScheduleCancelRow> ScheduleCancels => Set<ScheduleCancelRow>();

    public DbSet<ScheduleOwnerRow> ScheduleOwners => Set<ScheduleOwnerRow>();

    public DbSet<HookRow> Hooks => Set<HookRow>();

    public DbSet<HookDeliveryRow> HookDeliveries => Set<HookDeliveryRow>();

    public DbSet<HookSilenceRow> HookSilences => Set<HookSilenceRow>();

    public DbSet<NewsFeedRow> NewsFeeds => Set<NewsFeedRow>();

    public DbSet<NewsFeedStateRow> NewsFeedStates => Set<NewsFeedStateRow>();

    public DbSet<NewsStoryRow> NewsStories => Set<NewsStoryRow>();

    public DbSet<SignalRow> Signals => Set<SignalRow>();

    public DbSet<HoldRow> Holds => Set<HoldRow>();

    public DbSet<BlackoutRow> Blackouts => Set<BlackoutRow>();

    public DbSet<BlackoutChangeRow> BlackoutChanges => Set<BlackoutChangeRow>();

    public DbSet<BlackoutListRow> BlackoutList => Set<BlackoutListRow>();

    public DbSet<TargetedGroupRow> TargetedGroups => Set<TargetedGroupRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        modelBuilder.Entity<CandleRow>().HasKey(c => new { c.Source, c.Symbol, c.Interval, c.OpenTime });
        modelBuilder.Entity<FeedStateRow>().HasKey(s => new { s.Feed, s.At });
        modelBuilder.Entity<RuleRow>(rule =>
        {
            rule.Property(r => r.Id).ValueGeneratedNever();
            rule.Property(r => r.Seq).UseIdentityAlwaysColumn();
            rule.Property(r => r.Version).IsConcurrencyToken();
            rule.HasIndex(r => r.Seq).IsUnique();
            rule.HasIndex(r => r.Name).IsUnique().HasFilter("deleted_at is null");
        });
        modelBuilder.Entity<RuleVersionRow>(version =>
        {
            version.HasKey(v => new { v.RuleId, v.Version });
            version.Property(v => v.Document).HasColumnType("jsonb");
            version.HasOne<RuleRow>().WithMany().HasForeignKey(v => v.RuleId);
        });
        modelBuilder.Entity<RuleEvaluationRow>(evaluation =>
        {
            evaluation.HasKey(e => new { e.Market, e.RuleId, e.Symbol, e.Run, e.At });
            evaluation.Property(e => e.Clauses).HasColumnType("jsonb");
            evaluation.HasIndex(e => e.CreatedAt);
        });
        modelBuilder.Entity<RuleStateRow>().HasKey(s => new { s.Market, s.RuleId, s.Symbol });
        modelBuilder.Entity<ScheduleRow>(schedule =>
        {
            schedule.Property(s => s.Id).ValueGeneratedNever();
            schedule.Property(s => s.Seq).UseIdentityAlwaysColumn();
            schedule.HasIndex(s => s.Seq).IsUnique();
            schedule.HasIndex(s => s.DueAt).HasFilter("due_at is not null");
            schedule.HasIndex(s => s.Kind).HasFilter($"state = '{ScheduleStates.Active}'");
            schedule.HasIndex(s => s.OwnerId).HasFilter($"state = '{ScheduleStates.Active}'");
            schedule.HasIndex(s => s.EndedAt).HasFilter("ended_at is not null");
        });
        modelBuilder.Entity<OccurrenceRow>(occurrence =>
        {
            occurrence.Property(o => o.Id).ValueGeneratedNever();
            occurrence.Property(o => o.Seq).UseIdentityAlwaysColumn();
            occurrence.HasIndex(o => new { o.ScheduleId, o.Seq });
            occurrence.HasIndex(o => o.Seq).HasFilter("sent_at is null");
            occurrence.HasIndex(o => o.ClaimedAt);
            occurrence.HasOne<ScheduleRow>().WithMany().HasForeignKey(o => o.ScheduleId);
        });
        modelBuilder.Entity<ScheduleCancelRow>().HasKey(c => new { c.OwnerId, c.ScheduleId });
        modelBuilder.Entity<ScheduleOwnerRow>().HasKey(o => o.OwnerId);
        modelBuilder.Entity<HookRow>(hook =>
        {
            hook.Property(h => h.Id).ValueGeneratedNever();
            hook.Property(h => h.Seq).UseIdentityAlwaysColumn();
            hook.Property(h => h.Version).IsConcurrencyToken();
            hook.Property(h => h.Document).HasColumnType("jsonb");
            hook.HasIndex(h => h.Seq).IsUnique();
            hook.HasIndex(h => h.Name).IsUnique().HasFilter("deleted_at is null");
        });
        modelBuilder.Entity<HookDeliveryRow>(delivery =>
        {
            delivery.Property(d => d.Id).ValueGeneratedNever();
            delivery.Property(d => d.Seq).UseIdentityAlwaysColumn();
            delivery.HasIndex(d => new { d.HookId, d.Seq });
            // A repetition is none of its own.
            delivery.HasIndex(d => new { d.HookId, d.Key }).IsUnique();
            delivery.HasIndex(d => new { d.HookId, d.ReceivedAt });
            // Those that are to be sent again are few among many.
            delivery.HasIndex(d => d.ReceivedAt).HasFilter("outcome is null");
        });
        modelBuilder.Entity<HookSilenceRow>().HasKey(s => new { s.HookId, s.Since });
        modelBuilder.Entity<NewsFeedRow>(feed =>
        {
            feed.Property(f => f.Id).ValueGeneratedNever();
            feed.Property(f => f.Seq).UseIdentityAlwaysColumn();
            feed.Property(f => f.Version).IsConcurrencyToken();
            feed.Property(f => f.Document).HasColumnType("jsonb");
            feed.HasIndex(f => f.Seq).IsUnique();
            feed.HasIndex(f => f.Name).IsUnique().HasFilter("deleted_at is null");
        });
        modelBuilder.Entity<NewsFeedStateRow>(state =>
        {
            state.HasKey(s => s.FeedId);
            state.Property(s => s.ETag).HasColumnName("etag");
            state.HasOne<NewsFeedRow>().WithMany().HasForeignKey(s => s.FeedId);
        });
        modelBuilder.Entity<NewsStoryRow>(story =>
        {
            story.Property(s => s.Id).ValueGeneratedNever();
            // Rows of one batch bring theirs.
            story.Property(s => s.Seq).UseIdentityByDefaultColumn();
            story.HasIndex(s => s.Seq).IsUnique();
            story.HasIndex(s => new { s.FeedName, s.Seq });
            story.HasIndex(s => new { s.FeedId, s.Key }).IsUnique();
            story.HasIndex(s => new { s.FeedId, s.GuidKey });
            story.HasIndex(s => new { s.FeedId, s.LinkKey });
            story.HasIndex(s => new { s.FeedId, s.Seq });
            story.HasIndex(s => s.SeenAt);
            story.HasIndex(s => s.Symbols).HasMethod("gin");
            story.HasIndex(s => s.Seq, "ix_news_stories_pending").HasFilter("outcome = 'pending'");
        });
        modelBuilder.Entity<SignalRow>(signal =>
        {
            signal.Property(s => s.Id).ValueGeneratedNever();
            signal.Property(s => s.Seq).UseIdentityAlwaysColumn();
            signal.HasIndex(s => s.Seq).IsUnique();
            signal.HasIndex(s => new { s.Clock, s.Topic, s.RaisedAt }).HasFilter("outcome = 'sent' and topic is not null");
            signal.HasIndex(s => new { s.Clock, s.At }).HasFilter("outcome = 'sent'");
            signal.HasIndex(s => s.Seq, "ix_signals_open").HasFilter("(event is not null and confirmed_at is null and given_up_at is null) or told_at is null");
            signal.HasIndex(s => s.CreatedAt);
            signal.HasIndex(s => new { s.SourceId, s.Seq });
            signal.HasIndex(s => new { s.Outcome, s.Seq });
        });
        modelBuilder.Entity<HoldRow>(hold =>
        {
            hold.HasKey(h => new { h.SignalId, h.GroupName });
            hold.HasOne<SignalRow>().WithMany(s => s.Holds).HasForeignKey(h => h.SignalId).OnDelete(DeleteBehavior.Cascade);
            hold.HasIndex(h => new { h.GroupName, h.Until }).HasFilter("counted_at is null");
            hold.HasIndex(h => h.SummaryId);
            hold.HasIndex(h => h.GroupName);
        });
        modelBuilder.Entity<BlackoutRow>(blackout =>
        {
            blackout.Property(b => b.Id).ValueGeneratedNever();
            blackout.Property(b => b.Seq).UseIdentityAlwaysColumn();
            blackout.Property(b => b.Version).IsConcurrencyToken();
            blackout.Property(b => b.Document).HasColumnType("jsonb");
            blackout.HasIndex(b => b.Seq).IsUnique();
            blackout.HasIndex(b => b.Name).IsUnique().HasFilter("deleted_at is null");
        });
        modelBuilder.Entity<BlackoutChangeRow>(change =>
        {
            change.HasKey(c => new { c.BlackoutId, c.Version });
            change.Property(c => c.Document).HasColumnType("jsonb");
            change.HasIndex(c => c.CreatedAt).HasFilter("told_at is null");
        });
        modelBuilder.Entity<BlackoutListRow>(list =>
        {
            list.ToTable("blackout_list");
            list.Property(l => l.Id).ValueGeneratedNever();
        });
        modelBuilder.Entity<TargetedGroupRow>().Property(g => g.Id).ValueGeneratedNever();
        modelBuilder.UseConventions();
    }
}

/// <summary>A closed bar. <c>Source</c> keeps live, simulated and each replay file apart.</summary>
public sealed class CandleRow
{
    public required string Source { get; init; }

    public required string Symbol { get; init; }

    public required string Interval { get; init; }

    public DateTimeOffset OpenTime { get; init; }

    public decimal Open { get; init; }

    public decimal High { get; init; }

    public decimal Low { get; init; }

    public decimal Close { get; init; }

    public decimal Volume { get; init; }

    /// <summary>As of its end, in quote currency; null where it is not known.</summary>
    public decimal? MarkPrice { get; init; }

    /// <summary>Told with that, as a part of the notional; null where it is not known.</summary>
    public decimal? FundingRate { get; init; }
}

/// <summary>Where a feed was at <c>At</c>, in market time. <c>Feed</c> keeps sources, seeds and replay files apart.</summary>
public sealed class FeedStateRow
{
    public required string Feed { get; init; }

    public DateTimeOffset At { get; init; }

    public required string Text { get; set; }
}

/// <summary>For adding migrations; needs no server.</summary>
public sealed class TriggerDbDesign : IDesignTimeDbContextFactory<TriggerDb>
{
    public TriggerDb CreateDbContext(string[] args) => new(Database.DesignOptions<TriggerDb>(TriggerDb.Schema));
}
