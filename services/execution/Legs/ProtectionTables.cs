using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Legs;

/// <summary>The tables of legs, of what was asked for them, and of their moves.</summary>
internal sealed class ProtectionTables : ITables
{
    public void Describe(ModelBuilder model)
    {
        model.Entity<ProtectionLeg>(e =>
        {
            e.ToTable("protection_legs");
            e.HasKey(x => x.Seq);
            e.Property(x => x.Seq).UseIdentityAlwaysColumn();
            e.Ignore(x => x.Waits);
            e.Ignore(x => x.TriggersBelow);
            e.Ignore(x => x.Protects);
            // One leg of a kind a decision, for ever.
            e.HasIndex(x => new { x.DecisionId, x.Kind }).IsUnique();
            e.HasIndex(x => new { x.AccountId, x.GroupId }).HasFilter("status = 'waiting'");
            e.HasIndex(x => x.UpdatedAt).HasFilter("status = 'triggered' and announced_at is null");
            e.HasStorageParameter("fillfactor", ExecutionDb.RoomForUpdates);
        });
        model.Entity<ProtectionMove>(e =>
        {
            e.ToTable("protection_moves");
            e.Property(x => x.Id).ValueGeneratedNever();
            e.Property(x => x.Seq).UseIdentityAlwaysColumn().Metadata.SetAfterSaveBehavior(Microsoft.EntityFrameworkCore.Metadata.PropertySaveBehavior.Ignore);
            e.Ignore(x => x.IsOpen);
            e.Ignore(x => x.Asked);
            e.HasIndex(x => x.Seq).IsUnique();
            e.HasIndex(x => new { x.GroupId, x.Symbol, x.CreatedAt });
            e.HasIndex(x => new { x.AccountId, x.Seq }).HasFilter("state in ('waiting', 'moving')");
            e.HasIndex(x => x.UpdatedAt).HasFilter("told is not null and announced_at is null");
            e.HasStorageParameter("fillfactor", ExecutionDb.RoomForUpdates);
        });
        model.Entity<ProtectionPlan>(e =>
        {
            e.ToTable("protection_plans");
            e.HasKey(x => new { x.AccountId, x.GroupId, x.Symbol, x.Kind });
            e.HasIndex(x => x.GroupId).HasFilter("active or naked_since is not null");
            e.HasStorageParameter("fillfactor", ExecutionDb.RoomForUpdates);
        });
    }
}

/// <summary>The tables' rows.</summary>
public static class LegSets
{
    extension(ExecutionDb db)
    {
        public DbSet<ProtectionLeg> ProtectionLegs => db.Set<ProtectionLeg>();

        public DbSet<ProtectionPlan> ProtectionPlans => db.Set<ProtectionPlan>();

        public DbSet<ProtectionMove> ProtectionMoves => db.Set<ProtectionMove>();
    }
}
