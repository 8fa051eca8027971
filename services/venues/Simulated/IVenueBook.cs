using System.Collections.Immutable;

namespace TradingSystem.Venues.Simulated;

/// <summary>Everything that a simulated venue is, but for what has ended.</summary>
/// <param name="Countdowns">When the orders of a symbol are cancelled unless somebody calls before.</param>
public sealed record KeptVenue(ExchangeState Exchange, ImmutableSortedDictionary<string, DateTimeOffset> Countdowns);

/// <summary>
/// Where a simulated venue is kept, and what it can still be asked about. Its venue calls it one call after the other; a change is saved
/// before anybody hears of it.
/// </summary>
public interface IVenueBook
{
    /// <summary>All of it or nothing. When it throws, nobody knows which: the venue must then be opened anew.</summary>
    Task SaveAsync(KeptVenue venue, IReadOnlyList<VenueEvent> happened);

    /// <summary>The latest order of that name that has ended; null when there is none, or none any more.</summary>
    Task<VenueOrder?> OrderAsync(OrderRef order, CancellationToken cancellationToken);

    /// <summary>In the order of their time.</summary>
    Task<IReadOnlyList<VenueFill>> FillsAsync(FillQuery query, CancellationToken cancellationToken);

    /// <summary>In the order of their time.</summary>
    Task<IReadOnlyList<FundingPayment>> FundingAsync(string symbol, DateTimeOffset? since, CancellationToken cancellationToken);
}
