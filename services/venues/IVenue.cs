using TradingSystem.Venues.Registry;

namespace TradingSystem.Venues;

/// <summary>
/// One account at one exchange. Symbols are ours (<c>BTCUSDT</c>), quantities are in the base asset, prices and money in quote
/// currency. No call throws for what the network or the exchange does: everything that is not definite is
/// <see cref="VenueOutcome.Unknown"/>. Only a cancelled <see cref="CancellationToken"/> and misuse throw. Calls that change
/// something are sent once; reads are repeated a few times within their deadline.
/// </summary>
public interface IVenue : IAsyncDisposable
{
    /// <summary>Name in the <see cref="VenueRegistry"/>.</summary>
    string Name { get; }

    VenueAccount Account { get; }

    VenueCapabilities Capabilities { get; }

    /// <summary>Exchange's clock minus ours, as last measured; signed requests carry our time plus this.</summary>
    TimeSpan ClockOffset { get; }

    /// <summary>Reads the exchange's clock and corrects <see cref="ClockOffset"/>.</summary>
    Task<VenueReply<ServerTime>> SyncClockAsync(CancellationToken cancellationToken);

    /// <summary>Every USDT-margined perpetual, also those that do not trade at the moment.</summary>
    Task<VenueReply<IReadOnlyList<VenueInstrument>>> InstrumentsAsync(CancellationToken cancellationToken);

    Task<VenueReply<VenuePrice>> LastPriceAsync(string symbol, CancellationToken cancellationToken);

    /// <summary>Whether the key works and what it may do. Refused with <see cref="RefusalMeaning.PermissionOrKey"/> when it does not.</summary>
    Task<VenueReply<CredentialCheck>> CheckCredentialsAsync(CancellationToken cancellationToken);

    /// <summary>The modes as they are set now; where the position mode is kept by symbol, that of <paramref name="symbol"/> or of a common one.</summary>
    Task<VenueReply<VenueModes>> ModesAsync(string? symbol, CancellationToken cancellationToken);

    /// <summary>
    /// Sets the exchange to the account's modes, for a person who has confirmed it; nothing else changes them. Refused by the exchange while
    /// there are positions or open orders.
    /// </summary>
    Task<VenueReply<Done>> SwitchModesAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Leverage of a symbol, and its margin mode where that is a setting of the symbol. The modes of the account are compared and never
    /// changed: another one is refused with <see cref="VenueModes.PositionModeDiffers"/> or <see cref="VenueModes.MarginModeDiffers"/>. What is
    /// already so is success; the first real refusal is the answer.
    /// </summary>
    Task<VenueReply<Done>> PrepareAsync(SymbolSetup setup, CancellationToken cancellationToken);

    Task<VenueReply<OrderAck>> PlaceAsync(NewOrder order, CancellationToken cancellationToken);

    /// <summary>A stop-loss or take-profit that waits at the exchange.</summary>
    Task<VenueReply<OrderAck>> PlaceProtectionAsync(ProtectionOrder order, CancellationToken cancellationToken);

    /// <summary>
    /// Refused with <see cref="RefusalMeaning.NotFound"/> when the exchange says that it knows no such order. Right after a
    /// timeout that can be a race: ask again before believing it.
    /// </summary>
    Task<VenueReply<VenueOrder>> QueryAsync(OrderRef order, CancellationToken cancellationToken);

    /// <summary>Refused with <see cref="RefusalMeaning.NotFound"/> when there is nothing (any more) to cancel: query it, it may be filled.</summary>
    Task<VenueReply<OrderAck>> CancelAsync(OrderRef order, CancellationToken cancellationToken);

    /// <summary>Open orders, protection included; of one symbol or of all.</summary>
    Task<VenueReply<IReadOnlyList<VenueOrder>>> OpenOrdersAsync(string? symbol, CancellationToken cancellationToken);

    /// <summary>Positions that are not flat; of one symbol or of all.</summary>
    Task<VenueReply<IReadOnlyList<VenuePosition>>> PositionsAsync(string? symbol, CancellationToken cancellationToken);

    Task<VenueReply<IReadOnlyList<VenueBalance>>> BalancesAsync(CancellationToken cancellationToken);

    /// <summary>Fills in the order of their time.</summary>
    Task<VenueReply<IReadOnlyList<VenueFill>>> FillsAsync(FillQuery query, CancellationToken cancellationToken);

    /// <summary>Funding paid and received, in the order of time; without <paramref name="since"/> what the exchange tells of the last days.</summary>
    Task<VenueReply<IReadOnlyList<FundingPayment>>> FundingAsync(string symbol, DateTimeOffset? since, CancellationToken cancellationToken);

    /// <summary>
    /// (Re)starts the exchange's own countdown after which it cancels open orders, zero stops it; scope and bounds are in
    /// <see cref="VenueCapabilities.Countdown"/>. Protection orders stay.
    /// </summary>
    Task<VenueReply<Done>> CountdownAsync(string symbol, TimeSpan after, CancellationToken cancellationToken);

    /// <summary>
    /// The account's private stream. It reconnects by itself and ends only with the token. <see cref="StreamOpened"/> comes
    /// once, <see cref="StreamGap"/> after every reconnect and every silence: what happened in between must be read by REST.
    /// </summary>
    IAsyncEnumerable<VenueEvent> StreamAsync(CancellationToken cancellationToken);
}
