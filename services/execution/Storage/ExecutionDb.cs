using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using TradingSystem.Hosting;

namespace TradingSystem.Execution.Storage;

/// <summary>The service's database. What is in it the folders above say: each describes its tables and names their sets.</summary>
public sealed class ExecutionDb(DbContextOptions<ExecutionDb> options) : DbContext(options)
{
    public const string Schema = "execution";

    // Percent of a page filled by inserts; with room beside it a row is updated in place, without touching an index.
    internal const int RoomForUpdates = 50;

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        foreach (var tables in typeof(ExecutionDb).Assembly.GetTypes().Where(t => t.IsClass && t.IsAssignableTo(typeof(ITables))).OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            ((ITables)Activator.CreateInstance(tables)!).Describe(modelBuilder);
        }

        modelBuilder.UseConventions();
    }
}

/// <summary>For the migrations tool.</summary>
public sealed class ExecutionDbDesign : IDesignTimeDbContextFactory<ExecutionDb>
{
    public ExecutionDb CreateDbContext(string[] args) => new(Database.DesignOptions<ExecutionDb>(ExecutionDb.Schema));
}
