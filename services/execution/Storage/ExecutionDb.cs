using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Desk;
using TradingSystem.Execution.Equity;
using TradingSystem.Execution.Exits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Positions;
using TradingSystem.Execution.Protection;
using TradingSystem.Execution.Risk;
using TradingSystem.Execution.Secrets;
using TradingSystem.Execution.Simulation;
using TradingSystem.Execution.Steering;
using TradingSystem.Hosting;

namespace TradingSystem.Execution.Storage;

public sealed class ExecutionDb(DbContextOptions<ExecutionDb> options) : DbContext(options)
{
    public const string Schema = "execution";

    // Percent of a page filled by inserts; with room beside it a row is updated in place, without touching an index.
    internal const int RoomForUpdates = 50;

    public DbSet<Account> Accounts => Set<Account>();

    public DbSet<Binding> Bindings => Set<Binding>();

    public DbSet<AccountSecret> AccountSecrets => Set<AccountSecret>();

    public DbSet<LiveCode> LiveCodes => Set<LiveCode>();

    public DbSet<AccountAuditRow> AccountAudit => Set<AccountAuditRow>();

    public DbSet<Order> Orders => Set<Order>();

    public DbSet<Fill> Fills => Set<Fill>();

    public DbSet<Position> Positions => Set<Position>();

    public DbSet<EquityRow> Equity => Set<EquityRow>();

    public DbSet<Fence> Fences => Set<Fence>();

    public DbSet<RiskBook> RiskBooks => Set<RiskBook>();

    public DbSet<Control> Controls => Set<Control>();

    public DbSet<ControlGeneration> ControlGeneration => Set<ControlGeneration>();

    public DbSet<ControlAudit> ControlAudit => Set<ControlAudit>();

    public DbSet<ControlCommand> ControlCommands => Set<ControlCommand>();

    public DbSet<DeadMan> DeadMen => Set<DeadMan>();

    public DbSet<ProtectionLeg> ProtectionLegs => Set<ProtectionLeg>();

    public DbSet<ProtectionPlan> ProtectionPlans => Set<ProtectionPlan>();

    public DbSet<WaitingExit> WaitingExits => Set<WaitingExit>();

    public DbSet<ProtectionMove> ProtectionMoves => Set<ProtectionMove>();

    public DbSet<DeskOrder> DeskOrders => Set<DeskOrder>();

    public DbSet<OrderStepRow> OrderSteps => Set<OrderStepRow>();

    public DbSet<DeskOwner> DeskOwners => Set<DeskOwner>();

    public DbSet<ReconciliationEntry> ReconciliationLog => Set<ReconciliationEntry>();

    public DbSet<ProtectionRow> Protections => Set<ProtectionRow>();

    public DbSet<OrderCancel> OrderCancels => Set<OrderCancel>();

    public DbSet<RememberedCancel> RememberedCancels => Set<RememberedCancel>();

    public DbSet<SimulatedVenueRow> SimulatedVenues => Set<SimulatedVenueRow>();

    public DbSet<VenueRecordRow> VenueRecords => Set<VenueRecordRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        modelBuilder.AddAccounts();
        modelBuilder.Entity<Order>(e =>
        {
            e.Ignore(x => x.Reason);
            e.HasKey(x => x.Seq);
            e.Property(x => x.Seq).UseIdentityAlwaysColumn();
            // The promise of one order a decision. The other ids follow from the decision's, so they need no key of their own: each
            // index on a random id costs as much as writing the row does, and a foreign key a lookup a row.
            e.Property(x => x.IsAtVenue).HasDefaultValue(false);
            e.HasIndex(x => x.DecisionId).IsUnique();
            e.HasIndex(x => new { x.GroupId, x.Seq });
            e.HasIndex(x => new { x.Symbol, x.Seq });
            // The other statuses are most rows, so a list of them is found without an index.
            e.HasIndex(x => new { x.Status, x.Seq }).HasFilter("status not in ('filled', 'closed')");
        });
        modelBuilder.Entity<Fill>(e =>
        {
            e.HasKey(x => x.Seq);
            e.Property(x => x.Seq).UseIdentityAlwaysColumn();
            e.HasIndex(x => new { x.GroupId, x.Seq });
            e.Property(x => x.FeePending).HasDefaultValue(false);
            e.HasIndex(x => x.AccountId).HasFilter("fee_pending");
        });
        modelBuilder.Entity<Position>(e =>
        {
            e.Ignore(x => x.State);
            e.HasKey(x => x.Seq);
            e.Property(x => x.Seq).UseIdentityAlwaysColumn();
            e.HasIndex(x => new { x.AccountId, x.GroupId, x.Symbol }).IsUnique();
            e.HasStorageParameter("fillfactor", RoomForUpdates);
            e.HasOne<Account>().WithMany().HasForeignKey(x => x.AccountId).OnDelete(DeleteBehavior.Restrict);
        });
        modelBuilder.Entity<EquityRow>(e =>
        {
            e.ToTable("equity");
            e.HasKey(x => x.AccountId);
            e.Property(x => x.AccountId).ValueGeneratedNever();
            e.HasStorageParameter("fillfactor", RoomForUpdates);
        });
        modelBuilder.Entity<Fence>(e =>
        {
            e.HasKey(x => x.TokenId);
            e.Property(x => x.TokenId).ValueGeneratedNever();
        });
        modelBuilder.Entity<Order>().HasIndex(x => x.CreatedAt).HasMethod("brin");
        modelBuilder.AddControls();
        modelBuilder.AddProtection();
        modelBuilder.AddExits();
        modelBuilder.AddDesk();
        modelBuilder.AddSimulation();
        modelBuilder.AddSteering();
        modelBuilder.UseConventions();
    }
}

/// <summary>For the migrations tool.</summary>
public sealed class ExecutionDbDesign : IDesignTimeDbContextFactory<ExecutionDb>
{
    public ExecutionDb CreateDbContext(string[] args) => new(Database.DesignOptions<ExecutionDb>(ExecutionDb.Schema));
}
