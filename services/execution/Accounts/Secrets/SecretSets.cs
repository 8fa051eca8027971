using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Accounts.Secrets;

/// <summary>The tables' rows.</summary>
public static class SecretSets
{
    extension(ExecutionDb db)
    {
        public DbSet<AccountSecret> AccountSecrets => db.Set<AccountSecret>();
    }
}
