using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Storage;
using TradingSystem.Venues.Simulated;

namespace TradingSystem.Execution.Simulation;

/// <summary>A simulated venue as it was when it last answered or told anything.</summary>
public sealed class SimulatedVenueRow
{
    public Guid AccountId { get; init; }

    /// <summary><see cref="KeptVenue"/> as JSON.</summary>
    public required string State { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>Something that has ended or happened at a simulated venue and can still be asked for. Never changed.</summary>
public sealed class VenueRecordRow
{
    public Guid AccountId { get; init; }

    /// <summary>The venue's id of it, which orders, fills and payments share and which counts up.</summary>
    public long Id { get; init; }

    /// <summary>One of <see cref="VenueRecords"/>.</summary>
    public required string Kind { get; init; }

    public required string Symbol { get; init; }

    /// <summary>Null for a payment and a liquidation.</summary>
    public string? ClientId { get; init; }

    /// <summary>Of a fill.</summary>
    public long? OrderId { get; init; }

    public DateTimeOffset At { get; init; }

    /// <summary>The order, fill or payment as JSON.</summary>
    public required string Body { get; init; }
}

/// <summary>What a record is of.</summary>
public static class VenueRecords
{
    public const string Order = "order";
    public const string Fill = "fill";
    public const string Funding = "funding";
}

/// <summary>The tables of simulated venues.</summary>
internal sealed class SimulationTables : ITables
{
    private const int MaxKind = 8;

    public void Describe(ModelBuilder model)
    {
        model.Entity<SimulatedVenueRow>(e =>
        {
            e.ToTable("simulated_venues");
            e.HasKey(x => x.AccountId);
            e.Property(x => x.AccountId).ValueGeneratedNever();
            e.HasOne<Account>().WithOne().HasForeignKey<SimulatedVenueRow>(x => x.AccountId).OnDelete(DeleteBehavior.Cascade);
            e.HasStorageParameter("fillfactor", ExecutionDb.RoomForUpdates);
        });
        model.Entity<VenueRecordRow>(e =>
        {
            e.ToTable("simulated_venue_records");
            e.HasKey(x => new { x.AccountId, x.Id });
            e.Property(x => x.Id).ValueGeneratedNever();
            e.Property(x => x.Kind).HasMaxLength(MaxKind);
            e.HasIndex(x => new { x.AccountId, x.ClientId }).HasFilter("client_id is not null");
            e.HasIndex(x => new { x.AccountId, x.Symbol, x.At });
            e.HasOne<Account>().WithMany().HasForeignKey(x => x.AccountId).OnDelete(DeleteBehavior.Cascade);
        });
    }
}

/// <summary>The tables' rows.</summary>
public static class SimulationSets
{
    extension(ExecutionDb db)
    {
        public DbSet<SimulatedVenueRow> SimulatedVenues => db.Set<SimulatedVenueRow>();

        public DbSet<VenueRecordRow> VenueRecords => db.Set<VenueRecordRow>();
    }
}
