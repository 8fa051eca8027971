using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using TradingSystem.Hosting;

namespace TradingSystem.Dashboard.Accounts;

/// <summary>Schema <c>dashboard</c>: the people who may sign in.</summary>
public sealed class DashboardDb(DbContextOptions<DashboardDb> options) : DbContext(options)
{
    public const string Schema = "dashboard";

    public DbSet<User> Users => Set<User>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        modelBuilder.Entity<User>(user =>
        {
            user.HasKey(u => u.Id);
            user.Property(u => u.Id).ValueGeneratedNever();
            user.Property(u => u.Username).HasMaxLength(User.MaxNameLength);
            user.Property(u => u.PasswordHash).HasMaxLength(512);
            user.Property(u => u.Role).HasMaxLength(32);
            user.HasIndex(u => u.Username).IsUnique();
        });
        modelBuilder.UseConventions();
    }
}

/// <summary>A person. <c>PasswordHash</c> carries its own salt and iteration count.</summary>
public sealed class User
{
    public const int MaxNameLength = 100;

    public Guid Id { get; init; }

    public required string Username { get; init; }

    public required string PasswordHash { get; set; }

    public required string Role { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>For the migrations tool only.</summary>
public sealed class DashboardDbDesign : IDesignTimeDbContextFactory<DashboardDb>
{
    public DashboardDb CreateDbContext(string[] args) => new(Database.DesignOptions<DashboardDb>(DashboardDb.Schema));
}
