using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Protection;

public static class ProtectionTables
{
    public static void AddProtection(this ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<ProtectionLeg>(e =>
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
        modelBuilder.Entity<ProtectionMove>(e =>
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
        modelBuilder.Entity<ProtectionPlan>(e =>
        {
            e.ToTable("protection_plans");
            e.HasKey(x => new { x.AccountId, x.GroupId, x.Symbol, x.Kind });
            e.HasIndex(x => x.GroupId).HasFilter("active or naked_since is not null");
            e.HasStorageParameter("fillfactor", ExecutionDb.RoomForUpdates);
        });
    }
}
