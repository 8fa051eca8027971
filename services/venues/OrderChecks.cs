using TradingSystem.Venues.Instruments;

namespace TradingSystem.Venues;

/// <summary>What is wrong with an order before anything is sent; null when nothing is.</summary>
public static class OrderChecks
{
    public static VenueRefusal? Check(NewOrder order, VenueAccount account, Func<string, bool> isClientId) =>
        Common(order.ClientId, order.PositionSide, account, isClientId)
        ?? (order.Quantity <= 0m ? Wrong("QUANTITY", "The quantity must be above 0.") : null)
        ?? (order.Type == VenueOrderType.Limit && order.Price is not > 0m ? Wrong("PRICE", "A limit order needs a price above 0.") : null);

    public static VenueRefusal? Check(ProtectionOrder order, VenueAccount account, Func<string, bool> isClientId) =>
        Common(order.ClientId, order.PositionSide, account, isClientId)
        ?? (order.Quantity is <= 0m ? Wrong("QUANTITY", "The quantity must be above 0.") : null)
        ?? (order.TriggerPrice <= 0m ? Wrong("PRICE", "Prices must be above 0.") : null);

    public static VenueRefusal? Countdown(TimeSpan after, CountdownLimits limits) =>
        after == TimeSpan.Zero || (after >= limits.Least && after <= limits.Most)
            ? null
            : Wrong("COUNTDOWN", $"The countdown must be 0 or from {limits.Least.TotalSeconds:0} to {limits.Most.TotalSeconds:0} s.");

    /// <param name="step">What the exchange takes multiples of.</param>
    public static VenueRefusal? Leverage(decimal leverage, decimal step) =>
        leverage >= 1m && Sizing.IsOn(leverage, step) ? null : Wrong("LEVERAGE", $"A leverage of {Grid.Text(leverage)} is not 1 or more in steps of {Grid.Text(step)}.");

    /// <summary>Letters, digits and what else the exchange takes.</summary>
    public static bool IsClientId(string id, int longest, string others) =>
        id.Length > 0 && id.Length <= longest && id.All(c => char.IsAsciiLetterOrDigit(c) || others.Contains(c));

    /// <summary>A number off the instrument's grid. It is refused and never rounded, or something else would be sent than what was checked.</summary>
    public static VenueRefusal? OffGrid(NewOrder order, VenueInstrument instrument) =>
        OffStep(order.Quantity, instrument) ?? (order.Type == VenueOrderType.Limit ? OffTick(order.Price, instrument) : null);

    /// <inheritdoc cref="OffGrid(NewOrder, VenueInstrument)"/>
    public static VenueRefusal? OffGrid(ProtectionOrder order, VenueInstrument instrument) =>
        OffStep(order.Quantity, instrument) ?? OffTick(order.TriggerPrice, instrument);

    private static VenueRefusal? OffStep(decimal? quantity, VenueInstrument instrument) =>
        quantity is not { } some || Sizing.IsOn(some, instrument.Step) ? null
        : some < instrument.Step ? new(RefusalMeaning.Quantity, "QUANTITY", $"The quantity {Grid.Text(some)} is below the step {Grid.Text(instrument.Step)}.")
        : new(RefusalMeaning.Precision, "OFF_STEP", $"The quantity {Grid.Text(some)} is no multiple of the step {Grid.Text(instrument.Step)}.");

    private static VenueRefusal? OffTick(decimal? price, VenueInstrument instrument) =>
        price is not { } some || Sizing.IsOn(some, instrument.Tick) ? null
        : new(RefusalMeaning.Precision, "OFF_TICK", $"The price {Grid.Text(some)} is no multiple of the tick {Grid.Text(instrument.Tick)}.");

    private static VenueRefusal? Common(string clientId, PositionSide? side, VenueAccount account, Func<string, bool> isClientId) =>
        !isClientId(clientId) ? Wrong("CLIENT_ID", "The client id has a character or a length that the exchange does not take.")
        : side is null != (account.PositionMode == PositionMode.OneWay) ? Wrong("POSITION_SIDE", "A position side is needed in hedge mode, and only there.")
        : null;

    private static VenueRefusal Wrong(string code, string message) => new(RefusalMeaning.Parameter, code, message);
}
