using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using TradingSystem.Hosting;

namespace TradingSystem.Dashboard.Storage;

/// <summary>Schema <c>dashboard</c>: the people who may sign in, where they are signed in, and what was done to whom.</summary>
public sealed class DashboardDb(DbContextOptions<DashboardDb> options) : DbContext(options)
{
    public const string Schema = "dashboard";

    public DbSet<User> Users => Set<User>();

    public DbSet<UserAuditEntry> UserAudit => Set<UserAuditEntry>();

    public DbSet<Session> Sessions => Set<Session>();

    public DbSet<HubTicket> HubTickets => Set<HubTicket>();

    public DbSet<Revocation> Revocations => Set<Revocation>();

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
        modelBuilder.Entity<UserAuditEntry>(entry =>
        {
            entry.ToTable("user_audit");
            entry.HasKey(e => e.Id);
            entry.Property(e => e.Actor).HasMaxLength(User.MaxNameLength);
            entry.Property(e => e.Action).HasMaxLength(32);
            entry.Property(e => e.Subject).HasMaxLength(User.MaxNameLength);
            entry.Property(e => e.Address).HasMaxLength(64);
            entry.Property(e => e.Detail).HasMaxLength(256);
            entry.HasIndex(e => e.At);
            entry.HasIndex(e => new { e.Action, e.At });
        });
        modelBuilder.Entity<Session>(session =>
        {
            session.HasKey(s => s.Id);
            session.Property(s => s.Id).ValueGeneratedNever();
            session.Property(s => s.TokenHash).HasMaxLength(32);
            session.Property(s => s.PreviousHash).HasMaxLength(32);
            session.Property(s => s.EndReason).HasMaxLength(32);
            session.Property(s => s.Address).HasMaxLength(64);
            session.HasIndex(s => s.UserId);
            session.HasIndex(s => s.ExpiresAt);
        });
        modelBuilder.Entity<HubTicket>(ticket =>
        {
            ticket.HasKey(t => t.Hash);
            ticket.Property(t => t.Hash).HasMaxLength(32);
            ticket.HasIndex(t => t.SessionId);
        });
        modelBuilder.Entity<Revocation>(revocation =>
        {
            revocation.HasKey(r => r.Id);
            revocation.Property(r => r.Reason).HasMaxLength(32);
            revocation.HasIndex(r => r.Until);
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

    /// <summary>One of <see cref="Hosting.Rest.Roles.All"/>.</summary>
    public required string Role { get; set; }

    /// <summary>May not sign in.</summary>
    public bool Disabled { get; set; }

    /// <summary>Tokens of a lower one are refused; see <see cref="Hosting.Sessions.PersonClaims.Generation"/>.</summary>
    public long Generation { get; set; }

    /// <summary>The password is the settings' and follows them; one that a person chose stays.</summary>
    public bool PasswordFromSettings { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    public DateTimeOffset? LastSignInAt { get; set; }
}

/// <summary>For the migrations tool only.</summary>
public sealed class DashboardDbDesign : IDesignTimeDbContextFactory<DashboardDb>
{
    public DashboardDb CreateDbContext(string[] args) => new(Database.DesignOptions<DashboardDb>(DashboardDb.Schema));
}
