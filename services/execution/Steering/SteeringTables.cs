using Microsoft.EntityFrameworkCore;

namespace TradingSystem.Execution.Steering;

/// <summary>The tables of cancels.</summary>
public static class SteeringTables
{
    public static void AddSteering(this ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<OrderCancel>(e =>
        {
            e.ToTable("order_cancels");
            e.Property(x => x.Id).ValueGeneratedNever();
            e.HasIndex(x => x.RememberedUntil).HasFilter("outcome = 'remembered'");
            // Rows come in their order and are only looked through to let old ones go.
            e.HasIndex(x => x.CreatedAt).HasMethod("brin");
        });
        modelBuilder.Entity<RememberedCancel>(e =>
        {
            e.ToTable("remembered_cancels");
            e.HasKey(x => new { x.GroupId, x.DecisionId });
        });
    }
}
