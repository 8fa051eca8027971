using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Limits;

/// <summary>The tables of what may hold an order back: limits, states, fences and cancels that came first.</summary>
internal sealed class LimitTables : ITables
{
    public void Describe(ModelBuilder model)
    {
        model.Entity<RiskBook>(e =>
        {
            e.ToTable("risk_books");
            e.HasKey(x => new { x.AccountId, x.GroupId });
            e.Ignore(x => x.Orders);
            e.Ignore(x => x.IsChanged);
        });
        model.Entity<Control>(e =>
        {
            e.ToTable("controls");
            e.HasKey(x => x.ScopeId);
            e.Property(x => x.ScopeId).ValueGeneratedNever();
            e.Ignore(x => x.IsAsCreated);
        });
        model.Entity<ControlGeneration>(e =>
        {
            e.ToTable("control_generation");
            e.Property(x => x.Id).ValueGeneratedNever();
            e.HasData(new ControlGeneration { Id = 1, Value = 0 });
        });
        model.Entity<EntryHoldsRow>(e =>
        {
            e.ToTable("entry_holds");
            e.Property(x => x.Id).ValueGeneratedNever();
        });
        model.Entity<ControlAudit>(e =>
        {
            e.ToTable("control_audit");
            e.HasKey(x => x.Seq);
            e.Property(x => x.Seq).UseIdentityAlwaysColumn();
        });
        model.Entity<Fence>(e =>
        {
            e.ToTable("fences");
            e.HasKey(x => x.TokenId);
            e.Property(x => x.TokenId).ValueGeneratedNever();
        });
        model.Entity<OrderCancel>(e =>
        {
            e.ToTable("order_cancels");
            e.Property(x => x.Id).ValueGeneratedNever();
            e.HasIndex(x => x.RememberedUntil).HasFilter("outcome = 'remembered'");
            // Rows come in their order and are only looked through to let old ones go.
            e.HasIndex(x => x.CreatedAt).HasMethod("brin");
        });
        model.Entity<RememberedCancel>(e =>
        {
            e.ToTable("remembered_cancels");
            e.HasKey(x => new { x.GroupId, x.DecisionId });
        });
    }
}

/// <summary>The tables' rows.</summary>
public static class LimitSets
{
    extension(ExecutionDb db)
    {
        public DbSet<Fence> Fences => db.Set<Fence>();

        public DbSet<RiskBook> RiskBooks => db.Set<RiskBook>();

        public DbSet<Control> Controls => db.Set<Control>();

        public DbSet<ControlGeneration> ControlGeneration => db.Set<ControlGeneration>();

        public DbSet<EntryHoldsRow> EntryHolds => db.Set<EntryHoldsRow>();

        public DbSet<ControlAudit> ControlAudit => db.Set<ControlAudit>();

        public DbSet<OrderCancel> OrderCancels => db.Set<OrderCancel>();

        public DbSet<RememberedCancel> RememberedCancels => db.Set<RememberedCancel>();
    }
}
