using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Risk;

namespace TradingSystem.Execution.Storage;

/// <summary>The tables of limits, states and commands.</summary>
public static class ControlTables
{
    public static void AddControls(this ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<RiskBook>(e =>
        {
            e.ToTable("risk_books");
            e.HasKey(x => new { x.AccountId, x.GroupId });
            e.Ignore(x => x.Orders);
            e.Ignore(x => x.IsChanged);
        });
        modelBuilder.Entity<Control>(e =>
        {
            e.ToTable("controls");
            e.HasKey(x => x.ScopeId);
            e.Property(x => x.ScopeId).ValueGeneratedNever();
            e.Ignore(x => x.IsAsCreated);
        });
        modelBuilder.Entity<ControlGeneration>(e =>
        {
            e.ToTable("control_generation");
            e.Property(x => x.Id).ValueGeneratedNever();
            e.HasData(new ControlGeneration { Id = 1, Value = 0 });
        });
        modelBuilder.Entity<ControlAudit>(e =>
        {
            e.ToTable("control_audit");
            e.HasKey(x => x.Seq);
            e.Property(x => x.Seq).UseIdentityAlwaysColumn();
        });
        modelBuilder.Entity<ControlCommand>(e =>
        {
            e.ToTable("control_commands");
            e.Property(x => x.Id).ValueGeneratedNever();
            e.Property(x => x.Seq).UseIdentityAlwaysColumn();
            e.HasIndex(x => x.Seq).IsUnique();
            e.HasIndex(x => x.ClaimedUntil).HasFilter("completed_at is null");
        });
        modelBuilder.Entity<DeadMan>(e =>
        {
            e.ToTable("dead_men");
            e.HasKey(x => x.GroupId);
            e.Property(x => x.GroupId).ValueGeneratedNever();
            e.Ignore(x => x.After);
        });
    }
}
