using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Controls;

/// <summary>The tables of commands and dead-man's switches.</summary>
internal sealed class ControlTables : ITables
{
    public void Describe(ModelBuilder model)
    {
        model.Entity<ControlCommand>(e =>
        {
            e.ToTable("control_commands");
            e.Property(x => x.Id).ValueGeneratedNever();
            e.Property(x => x.Seq).UseIdentityAlwaysColumn();
            e.HasIndex(x => x.Seq).IsUnique();
            e.HasIndex(x => x.ClaimedUntil).HasFilter("completed_at is null");
        });
        model.Entity<DeadMan>(e =>
        {
            e.ToTable("dead_men");
            e.HasKey(x => x.GroupId);
            e.Property(x => x.GroupId).ValueGeneratedNever();
            e.Ignore(x => x.After);
        });
    }
}

/// <summary>The tables' rows.</summary>
public static class CommandSets
{
    extension(ExecutionDb db)
    {
        public DbSet<ControlCommand> ControlCommands => db.Set<ControlCommand>();

        public DbSet<DeadMan> DeadMen => db.Set<DeadMan>();
    }
}
