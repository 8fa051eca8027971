using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using TradingSystem.Hosting;

namespace TradingSystem.Diary.Storage;

/// <summary>The diary's schema. Rows are written by <see cref="DiaryWriter"/> and read through this context.</summary>
public sealed class DiaryDb(DbContextOptions<DiaryDb> options) : DbContext(options)
{
    public const string Schema = "diary";
    private const string Sequence = "entry_seq";

    public DbSet<EventRow> Events => Set<EventRow>();

    public DbSet<DiscussionRow> Discussions => Set<DiscussionRow>();

    public DbSet<SystemLogRow> SystemLogs => Set<SystemLogRow>();

    public DbSet<OrderUpdateRow> OrderUpdates => Set<OrderUpdateRow>();

    public DbSet<EquityRow> EquitySnapshots => Set<EquityRow>();

    public DbSet<GroupRow> Groups => Set<GroupRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        modelBuilder.HasSequence<long>(Sequence);
        // What comes by the ten thousands a second is kept as json: jsonb takes twice as long to write and nothing here searches in it.
        Timeline<EventRow>(modelBuilder, "events", "json", e => e.Id, "Targets", "Tags", "Condition", "Signal");
        Timeline<DiscussionRow>(modelBuilder, "trading_group_discussions", "jsonb", e => e.Id, "MemberOpinions", "Decision");
        Timeline<SystemLogRow>(modelBuilder, "system_logs", "jsonb", e => e.Id, "Detail");
        Timeline<OrderUpdateRow>(modelBuilder, "order_updates", "json", e => e.Id, "Reason");
        Timeline<EquityRow>(modelBuilder, "equity_snapshots", "json", e => e.Id, "Positions");
        modelBuilder.Entity<EventRow>().HasIndex(e => new { e.GroupId, e.Seq }).HasFilter("group_id is not null");
        modelBuilder.Entity<EventRow>().HasIndex(e => e.Seq).HasFilter("event_type = 'post_trade'");
        modelBuilder.Entity<EventRow>().HasIndex(e => new { e.SourceId, e.Seq });
        modelBuilder.Entity<DiscussionRow>().HasIndex(e => new { e.GroupId, e.Seq });
        modelBuilder.Entity<EquityRow>().HasIndex(e => new { e.GroupId, e.Seq });
        // A live account's rows are few among those of simulated ones.
        modelBuilder.Entity<EquityRow>().HasIndex(e => new { e.Mode, e.Seq });
        modelBuilder.Entity<GroupRow>(group =>
        {
            group.ToTable("groups");
            group.Property(g => g.Id).ValueGeneratedNever();
            group.Property(g => g.Members).HasColumnType("jsonb");
        });
        modelBuilder.UseConventions();
    }

    private static void Timeline<TRow>(ModelBuilder model, string table, string jsonType, Expression<Func<TRow, object?>> id, params string[] json)
        where TRow : class, ISequenced
    {
        var row = model.Entity<TRow>();
        row.ToTable(table);
        row.HasKey(r => r.Seq);
        row.Property(r => r.Seq).HasDefaultValueSql($"nextval('{Schema}.{Sequence}')");
        row.HasIndex(id).IsUnique();
        // Rows arrive nearly in time order, so a block range index finds a time at almost no cost for writes.
        row.HasIndex(r => r.CreatedAt).HasMethod("brin");
        foreach (var column in json)
        {
            row.Property<string?>(column).HasColumnType(jsonType);
        }
    }
}

/// <summary>For the migrations tool.</summary>
public sealed class DiaryDbDesign : IDesignTimeDbContextFactory<DiaryDb>
{
    public DiaryDb CreateDbContext(string[] args) => new(Database.DesignOptions<DiaryDb>(DiaryDb.Schema));
}
