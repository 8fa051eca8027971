using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Desk;

/// <summary>The tables of orders at venues.</summary>
public static class DeskTables
{
    // The words are written out so that the partial indexes serve.
    private static readonly string OpenStates = $"state in ({string.Join(", ", DeskStates.Open.Select(s => $"'{s}'"))})";

    public static void AddDesk(this ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<DeskOrder>(e =>
        {
            e.ToTable("desk_orders");
            e.HasKey(x => x.ClientId);
            e.Property(x => x.Seq).UseIdentityAlwaysColumn().Metadata.SetAfterSaveBehavior(PropertySaveBehavior.Ignore);
            e.HasIndex(x => x.Seq).IsUnique();
            e.HasIndex(x => new { x.AccountId, x.Symbol }).HasFilter(OpenStates);
            e.HasIndex(x => x.OrderId);
            e.HasIndex(x => new { x.AccountId, x.VenueOrderId }).HasFilter("venue_order_id is not null");
            e.HasStorageParameter("fillfactor", ExecutionDb.RoomForUpdates);
        });
        modelBuilder.Entity<OrderStepRow>(e =>
        {
            e.ToTable("order_steps");
            e.HasKey(x => x.Seq);
            e.Property(x => x.Seq).UseIdentityAlwaysColumn();
            e.HasIndex(x => x.Id).IsUnique();
            e.HasIndex(x => x.OrderId);
            e.HasIndex(x => new { x.AnnouncedAt, x.Seq }).HasFilter("announced_at is null");
        });
        modelBuilder.Entity<DeskOwner>(e =>
        {
            e.ToTable("desk_owners");
            e.HasKey(x => x.AccountId);
            e.Property(x => x.AccountId).ValueGeneratedNever();
        });
        modelBuilder.Entity<ReconciliationEntry>(e =>
        {
            e.ToTable("reconciliation_log");
            e.HasKey(x => x.Seq);
            e.Property(x => x.Seq).UseIdentityAlwaysColumn();
            e.HasIndex(x => new { x.AccountId, x.Seq });
        });
        modelBuilder.Entity<ProtectionRow>(e =>
        {
            e.ToTable("desk_protections");
            e.Property(x => x.Removed).HasDefaultValue(false);
            e.HasKey(x => new { x.AccountId, x.GroupId, x.Symbol });
        });
        modelBuilder.Entity<Fill>().HasIndex(x => new { x.AccountId, x.Symbol, x.VenueFillId }).IsUnique().HasFilter("venue_fill_id is not null");
    }
}
