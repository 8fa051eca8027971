using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Equity;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Positions;
using TradingSystem.Hosting;

namespace TradingSystem.Execution.Storage;

public sealed class ExecutionDb(DbContextOptions<ExecutionDb> options) : DbContext(options)
{
    public const string Schema = "execution";

    public DbSet<Account> Accounts => Set<Account>();

    public DbSet<Binding> Bindings => Set<Binding>();

    public DbSet<Order> Orders => Set<Order>();

    public DbSet<Fill> Fills => Set<Fill>();

    public DbSet<Position> Positions => Set<Position>();

    public DbSet<EquityRow> Equity => Set<EquityRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        modelBuilder.Entity<Account>(e =>
        {
            e.Property(x => x.Seq).UseIdentityAlwaysColumn();
            e.HasIndex(x => x.Seq).IsUnique();
        });
        modelBuilder.Entity<Binding>(e =>
        {
            e.HasKey(x => x.GroupId);
            e.HasIndex(x => x.AccountId);
            e.HasOne<Account>().WithMany().HasForeignKey(x => x.AccountId).OnDelete(DeleteBehavior.Restrict);
        });
        modelBuilder.Entity<Order>(e =>
        {
            e.Ignore(x => x.Reason);
            // EF inserts in the order of the key: with the identity as key, orders are numbered as they were decided.
            e.HasKey(x => x.Seq);
            e.HasAlternateKey(x => x.Id);
            e.Property(x => x.Seq).UseIdentityAlwaysColumn();
            e.HasIndex(x => x.DecisionId).IsUnique();
            e.HasIndex(x => x.ClientOrderId).IsUnique();
            e.HasIndex(x => new { x.GroupId, x.Seq });
            e.HasIndex(x => new { x.Symbol, x.Seq });
            e.HasIndex(x => new { x.Status, x.Seq });
            e.HasOne<Account>().WithMany().HasForeignKey(x => x.AccountId).OnDelete(DeleteBehavior.Restrict);
        });
        modelBuilder.Entity<Fill>(e =>
        {
            e.HasKey(x => x.Seq);
            e.HasIndex(x => x.Id).IsUnique();
            e.Property(x => x.Seq).UseIdentityAlwaysColumn();
            e.HasIndex(x => new { x.GroupId, x.Seq });
            e.HasOne<Order>().WithMany().HasForeignKey(x => x.OrderId).HasPrincipalKey(x => x.Id).OnDelete(DeleteBehavior.Restrict);
        });
        modelBuilder.Entity<Position>(e =>
        {
            e.Ignore(x => x.State);
            e.HasKey(x => x.Seq);
            e.Property(x => x.Seq).UseIdentityAlwaysColumn();
            e.HasIndex(x => new { x.AccountId, x.GroupId, x.Symbol }).IsUnique();
            e.HasOne<Account>().WithMany().HasForeignKey(x => x.AccountId).OnDelete(DeleteBehavior.Restrict);
        });
        modelBuilder.Entity<EquityRow>(e =>
        {
            e.ToTable("equity");
            e.HasKey(x => x.AccountId);
            e.Property(x => x.AccountId).ValueGeneratedNever();
        });
        modelBuilder.UseConventions();
    }
}

/// <summary>For the migrations tool.</summary>
public sealed class ExecutionDbDesign : IDesignTimeDbContextFactory<ExecutionDb>
{
    public ExecutionDb CreateDbContext(string[] args) => new(Database.DesignOptions<ExecutionDb>(ExecutionDb.Schema));
}
