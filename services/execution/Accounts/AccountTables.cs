using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Accounts.Secrets;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Settings;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Accounts;

/// <summary>Tables of accounts, their bindings, their secrets, and who did what to them.</summary>
internal sealed class AccountTables : ITables
{
    // Longer than any word of AccountWords.
    private const int MaxWord = 16;

    public void Describe(ModelBuilder model)
    {
        model.Entity<Account>(e =>
        {
            e.ToTable("accounts");
            e.Property(x => x.Seq).UseIdentityAlwaysColumn();
            e.Property(x => x.FillModel).HasMaxLength(MaxWord).HasDefaultValue(FillModels.Instant);
            e.Property(x => x.MarginMode).HasMaxLength(MaxWord).HasDefaultValue(MarginModes.Cross);
            e.Property(x => x.PositionMode).HasMaxLength(MaxWord).HasDefaultValue(PositionModes.OneWay);
            e.Property(x => x.Active).HasDefaultValue(true);
            e.Property(x => x.CredentialStatus).HasMaxLength(MaxWord).HasDefaultValue(CredentialStatuses.None);
            e.Property(x => x.LiveConfirmation).HasMaxLength(MaxWord).HasDefaultValue(LiveConfirmations.None);
            e.Property(x => x.Revision).HasDefaultValue(0L);
            e.HasIndex(x => x.Seq).IsUnique();
            // Simulated accounts are named after groups, which may take each other's names in turn.
            e.HasIndex(x => x.Name).IsUnique().HasFilter($"exchange <> '{Exchanges.Simulated}'");
            e.HasStorageParameter("fillfactor", ExecutionDb.RoomForUpdates);
        });
        model.Entity<Binding>(e =>
        {
            e.ToTable("bindings");
            e.HasKey(x => x.GroupId);
            e.HasIndex(x => x.AccountId);
            e.Property(x => x.BoundAt).HasDefaultValueSql("now()");
            e.HasOne<Account>().WithMany().HasForeignKey(x => x.AccountId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<AccountSecret>(e =>
        {
            e.ToTable("account_secrets");
            e.HasKey(x => x.AccountId);
            e.Ignore(x => x.Sealed);
            e.HasOne<Account>().WithOne().HasForeignKey<AccountSecret>(x => x.AccountId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<LiveCode>(e =>
        {
            e.ToTable("live_codes");
            e.HasKey(x => x.AccountId);
            e.HasOne<Account>().WithOne().HasForeignKey<LiveCode>(x => x.AccountId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<AccountAuditRow>(e =>
        {
            e.ToTable("account_audit");
            e.HasKey(x => x.Seq);
            e.Property(x => x.Seq).UseIdentityAlwaysColumn();
            e.HasIndex(x => new { x.AccountId, x.Seq });
        });
        model.Entity<EquityRow>(e =>
        {
            e.ToTable("equity");
            e.HasKey(x => x.AccountId);
            e.Property(x => x.AccountId).ValueGeneratedNever();
            e.HasStorageParameter("fillfactor", ExecutionDb.RoomForUpdates);
        });
        model.Entity<Position>().HasOne<Account>().WithMany().HasForeignKey(x => x.AccountId).OnDelete(DeleteBehavior.Restrict);
    }
}

/// <summary>The tables' rows.</summary>
public static class AccountSets
{
    extension(ExecutionDb db)
    {
        public DbSet<Account> Accounts => db.Set<Account>();

        public DbSet<Binding> Bindings => db.Set<Binding>();

        public DbSet<LiveCode> LiveCodes => db.Set<LiveCode>();

        public DbSet<AccountAuditRow> AccountAudit => db.Set<AccountAuditRow>();

        public DbSet<EquityRow> Equity => db.Set<EquityRow>();
    }
}
