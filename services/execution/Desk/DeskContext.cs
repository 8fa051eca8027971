using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>Does something beside the desk, which does not wait for it; what it returns comes to the desk as a message.</summary>
internal delegate void Send(Func<CancellationToken, Task<DeskMessage?>> request);

/// <summary>What every part of an account's desk stands on: its tables, its venue, the time, and the one way to do something beside it.</summary>
internal sealed class DeskContext(DeskParts parts, DeskStore store, IVenue venue, Send send)
{
    /// <summary>What balances, prices and fees are counted in.</summary>
    public const string Quote = "USDT";

    /// <summary>How often the desk looks what is due.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(100);

    public DeskParts Parts => parts;

    public DeskStore Store => store;

    public IVenue Venue => venue;

    public Send Send => send;

    public Guid AccountId => store.AccountId;

    public DeskTerms Terms => parts.Terms;

    public DeskMachine Machine { get; } = new(parts.Terms);

    public ILogger Log => parts.Log;

    public DateTimeOffset Now => ControlStore.Micros(parts.Time.GetUtcNow());

    /// <summary>Cancelled when the desk ends; there once it runs.</summary>
    public CancellationToken Stop { get; set; }

    /// <summary>An order of the venue that is known to be another of ours.</summary>
    public Task<bool> IsOtherAsync(string venueOrderId, CancellationToken cancellationToken)
    {
        var account = AccountId;
        return store.ReadAsync(
            db => Microsoft.EntityFrameworkCore.EntityFrameworkQueryableExtensions.AnyAsync(
                db.DeskOrders, o => o.AccountId == account && (o.VenueOrderId == venueOrderId || o.TriggeredOrderId == venueOrderId), cancellationToken),
            cancellationToken);
    }
}
