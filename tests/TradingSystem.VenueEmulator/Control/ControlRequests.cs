using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Control;

/// <summary>An account at a venue, with credentials that a test invented. The balance is in USDT; fees are taken in <paramref name="FeeAsset"/>.</summary>
public sealed record AccountRequest(
    VenueKind Venue, string Key, string Secret, string Passphrase = "", decimal Balance = 100_000m, bool Hedge = false, bool Demo = false,
    string FeeAsset = "USDT");

/// <summary>The account's modes, changed by hand at the exchange; the margin mode only where it is given, as <c>cross</c> or <c>isolated</c>.</summary>
public sealed record ModeRequest(VenueKind Venue, string Key, bool Hedge, string? Margin = null);

public sealed record PermissionRequest(VenueKind Venue, string Key, Permission Permission);

/// <summary>Without a venue the price is everywhere; what is not given follows the last price.</summary>
public sealed record PriceRequest(string Symbol, decimal Last, VenueKind? Venue = null, decimal? Mark = null, decimal? Bid = null, decimal? Ask = null);

/// <summary>How far the venue's clock runs ahead of the machine's; below zero behind.</summary>
public sealed record ClockRequest(long AheadMs, VenueKind? Venue = null);

public sealed record CloseRequest(VenueKind Venue, string Key, string Symbol, PositionSide Side = PositionSide.Net, string Margin = "cross");

public sealed record FillRequest(VenueKind Venue, string Key, string ClientId, decimal Qty, decimal? Price = null);

public sealed record StreamRequest(VenueKind? Venue = null, string? Key = null);

public sealed record OrderView(
    string Id, string ClientId, string Symbol, Side Side, PositionSide PositionSide, OrderKind Kind, decimal Qty, decimal? Price, bool ReduceOnly, OrderState State, decimal Filled, decimal AveragePrice, string EndReason, Origin Origin);

public sealed record AlgoView(
    string Id, string ClientId, string Symbol, Side Side, PositionSide PositionSide, decimal? Qty, IReadOnlyList<Leg> Legs, AlgoState State,
    string? ChildOrderId, string EndReason);

public sealed record FillView(
    string Id, string OrderId, string ClientId, string Symbol, Side Side, decimal Qty, decimal Price, decimal Fee, decimal RealizedPnl,
    DateTimeOffset At, string FeeAsset = "USDT", decimal Charged = 0m);

public sealed record PositionView(string Symbol, PositionSide Side, string Margin, decimal Qty, decimal EntryPrice, decimal RealizedPnl, decimal Leverage);

public sealed record AccountView(
    decimal Wallet, bool Hedge, int Streams, IReadOnlyList<OrderView> Orders, IReadOnlyList<AlgoView> Algos, IReadOnlyList<FillView> Fills,
    IReadOnlyList<PositionView> Positions);
