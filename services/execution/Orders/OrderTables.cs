using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Orders;

/// <summary>The tables of orders, here and at venues, of fills and positions.</summary>
internal sealed class OrderTables : ITables
{
    // The words are written out so that the partial indexes serve.
    private static readonly string OpenStates = $"state in ({string.Join(", ", DeskStates.Open.Select(s => $"'{s}'"))})";

    public void Describe(ModelBuilder model)
    {
        model.Entity<Order>(e =>
        {
            e.ToTable("orders");
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
            e.HasIndex(x => x.CreatedAt).HasMethod("brin");
        });
        model.Entity<Fill>(e =>
        {
            e.ToTable("fills");
            e.HasKey(x => x.Seq);
            e.Property(x => x.Seq).UseIdentityAlwaysColumn();
            e.HasIndex(x => new { x.GroupId, x.Seq });
            e.Property(x => x.FeePending).HasDefaultValue(false);
            e.HasIndex(x => x.AccountId).HasFilter("fee_pending");
            e.HasIndex(x => new { x.AccountId, x.Symbol, x.VenueFillId }).IsUnique().HasFilter("venue_fill_id is not null");
        });
        model.Entity<Position>(e =>
        {
            e.ToTable("positions");
            e.Ignore(x => x.State);
            e.HasKey(x => x.Seq);
            e.Property(x => x.Seq).UseIdentityAlwaysColumn();
            e.HasIndex(x => new { x.AccountId, x.GroupId, x.Symbol }).IsUnique();
            e.HasStorageParameter("fillfactor", ExecutionDb.RoomForUpdates);
        });
        model.Entity<DeskOrder>(e =>
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
        model.Entity<OrderStepRow>(e =>
        {
            e.ToTable("order_steps");
            e.HasKey(x => x.Seq);
            e.Property(x => x.Seq).UseIdentityAlwaysColumn();
            e.HasIndex(x => x.Id).IsUnique();
            e.HasIndex(x => x.OrderId);
            e.HasIndex(x => new { x.AnnouncedAt, x.Seq }).HasFilter("announced_at is null");
        });
        model.Entity<DeskOwner>(e =>
        {
            e.ToTable("desk_owners");
            e.HasKey(x => x.AccountId);
            e.Property(x => x.AccountId).ValueGeneratedNever();
        });
        model.Entity<ReconciliationEntry>(e =>
        {
            e.ToTable("reconciliation_log");
            e.HasKey(x => x.Seq);
            e.Property(x => x.Seq).UseIdentityAlwaysColumn();
            e.HasIndex(x => new { x.AccountId, x.Seq });
        });
        model.Entity<ProtectionRow>(e =>
        {
            e.ToTable("desk_protections");
            e.Property(x => x.Removed).HasDefaultValue(false);
            e.HasKey(x => new { x.AccountId, x.GroupId, x.Symbol });
        });
    }
}

/// <summary>The tables' rows.</summary>
public static class OrderSets
{
    extension(ExecutionDb db)
    {
        public DbSet<Order> Orders => db.Set<Order>();

        public DbSet<Fill> Fills => db.Set<Fill>();

        public DbSet<Position> Positions => db.Set<Position>();

        public DbSet<DeskOrder> DeskOrders => db.Set<DeskOrder>();

        public DbSet<OrderStepRow> OrderSteps => db.Set<OrderStepRow>();

        public DbSet<DeskOwner> DeskOwners => db.Set<DeskOwner>();

        public DbSet<ReconciliationEntry> ReconciliationLog => db.Set<ReconciliationEntry>();

        public DbSet<ProtectionRow> Protections => db.Set<ProtectionRow>();
    }
}
