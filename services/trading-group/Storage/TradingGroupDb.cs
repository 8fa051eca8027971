using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using TradingSystem.Hosting;

namespace TradingSystem.TradingGroup.Storage;

public sealed class TradingGroupDb(DbContextOptions<TradingGroupDb> options) : DbContext(options)
{
    public const string Schema = "trading_group";

    public DbSet<GroupRow> Groups => Set<GroupRow>();

    public DbSet<StanceRow> Stances => Set<StanceRow>();

    public DbSet<DiscussionRow> Discussions => Set<DiscussionRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        modelBuilder.Entity<GroupRow>(group =>
        {
            group.ToTable("groups");
            group.Property(g => g.Id).ValueGeneratedNever();
        });
        modelBuilder.Entity<StanceRow>(stance =>
        {
            stance.ToTable("stances");
            stance.HasKey(s => s.GroupId);
            stance.Property(s => s.GroupId).ValueGeneratedNever();
        });
        modelBuilder.Entity<DiscussionRow>(discussion =>
        {
            discussion.ToTable("discussions");
            discussion.Property(d => d.Id).ValueGeneratedNever();
            discussion.HasIndex(d => new { d.GroupId, d.EventId }).IsUnique();
        });
        modelBuilder.UseConventions();
    }
}

/// <summary>For the migrations tool.</summary>
public sealed class TradingGroupDbDesign : IDesignTimeDbContextFactory<TradingGroupDb>
{
    public TradingGroupDb CreateDbContext(string[] args) => new(Database.DesignOptions<TradingGroupDb>(TradingGroupDb.Schema));
}
