using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using TradingSystem.Hosting;

namespace TradingSystem.Gateway.Storage;

/// <summary>Schema <c>gateway</c>.</summary>
public sealed class GatewayDb(DbContextOptions<GatewayDb> options) : DbContext(options)
{
    public const string Schema = "gateway";

    public DbSet<GroupRow> Groups => Set<GroupRow>();

    public DbSet<MemberRow> Members => Set<MemberRow>();

    public DbSet<TriggerRow> Triggers => Set<TriggerRow>();

    public DbSet<TokenRow> Tokens => Set<TokenRow>();

    public DbSet<LeaseRow> Leases => Set<LeaseRow>();

    public DbSet<NodeRow> Nodes => Set<NodeRow>();

    public DbSet<TicketRow> Tickets => Set<TicketRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        modelBuilder.Entity<GroupRow>(group =>
        {
            group.Property(g => g.Id).ValueGeneratedNever();
            group.Property(g => g.Seq).UseIdentityAlwaysColumn();
            group.Property(g => g.Version).IsConcurrencyToken();
            group.HasIndex(g => g.Seq).IsUnique();
            group.HasIndex(g => g.Name).IsUnique();
            group.HasMany(g => g.Members).WithOne().HasForeignKey(m => m.GroupId);
        });
        modelBuilder.Entity<MemberRow>().Property(m => m.Id).ValueGeneratedNever();
        modelBuilder.Entity<TriggerRow>(trigger =>
        {
            trigger.Property(t => t.Id).ValueGeneratedNever();
            trigger.Property(t => t.Seq).UseIdentityAlwaysColumn();
            trigger.HasIndex(t => t.Seq).IsUnique();
            trigger.HasIndex(t => t.Name).IsUnique();
            trigger.HasIndex(t => t.UpdatedAt);
        });
        modelBuilder.Entity<TokenRow>(token =>
        {
            token.Property(t => t.Id).ValueGeneratedNever();
            token.Property(t => t.Seq).UseIdentityAlwaysColumn();
            token.HasIndex(t => t.Hash).IsUnique();
            token.HasIndex(t => new { t.OwnerId, t.Seq });
            token.HasIndex(t => t.RevokedAt);
        });
        modelBuilder.Entity<LeaseRow>(lease =>
        {
            lease.HasKey(l => l.TokenId);
            lease.Property(l => l.TokenId).ValueGeneratedNever();
            // A lease is returned by its session.
            lease.HasIndex(l => l.SessionId);
            lease.HasIndex(l => l.NodeId);
        });
        modelBuilder.Entity<NodeRow>().Property(n => n.Id).ValueGeneratedNever();
        modelBuilder.Entity<TicketRow>().HasKey(t => t.Hash);
        modelBuilder.UseConventions();
    }
}

/// <summary>For adding migrations; needs no server.</summary>
public sealed class GatewayDbDesign : IDesignTimeDbContextFactory<GatewayDb>
{
    public GatewayDb CreateDbContext(string[] args) => new(Database.DesignOptions<GatewayDb>(GatewayDb.Schema));
}
