using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Exits;

/// <summary>The table of exits that wait for a price.</summary>
internal sealed class ExitTables : ITables
{
    public void Describe(ModelBuilder model) => model.Entity<WaitingExit>(e =>
    {
        e.ToTable("waiting_exits");
        e.HasKey(x => x.DecisionId);
        e.Property(x => x.DecisionId).ValueGeneratedNever();
        e.Property(x => x.Seq).UseIdentityAlwaysColumn();
        e.HasIndex(x => new { x.AccountId, x.Seq }).HasFilter("settled_at is null");
        e.HasIndex(x => x.Seq).HasFilter("settled_at is not null and announced_at is null");
        e.HasStorageParameter("fillfactor", ExecutionDb.RoomForUpdates);
    });
}

/// <summary>The tables' rows.</summary>
public static class ExitSets
{
    extension(ExecutionDb db)
    {
        public DbSet<WaitingExit> WaitingExits => db.Set<WaitingExit>();
    }
}
