namespace TradingSystem.Venues;

/// <summary>The modes as they are set at the exchange now.</summary>
/// <param name="PositionMode">Null when it does not say.</param>
/// <param name="MarginMode">Only where it is one setting of the whole account; elsewhere null.</param>
public sealed record VenueModes(PositionMode? PositionMode, MarginMode? MarginMode)
{
    public const string PositionModeDiffers = "POSITION_MODE_MISMATCH";
    public const string MarginModeDiffers = "MARGIN_MODE_MISMATCH";

    /// <summary>
    /// Null when the exchange has what is meant here. Otherwise nothing that opens may be sent: it would be another position there than here,
    /// and a switch is for a person to confirm.
    /// </summary>
    public VenueRefusal? Differs(PositionMode position, MarginMode margin) =>
        PositionMode is { } there && there != position ? Refusal(PositionModeDiffers, "position mode", Word(there), Word(position))
        : MarginMode is { } kept && kept != margin ? Refusal(MarginModeDiffers, "margin mode", Word(kept), Word(margin))
        : null;

    /// <summary>As accounts have it.</summary>
    public static string Word(PositionMode mode) => mode == Venues.PositionMode.Hedge ? "hedge" : "oneway";

    public static string Word(MarginMode mode) => mode == Venues.MarginMode.Isolated ? "isolated" : "cross";

    private static VenueRefusal Refusal(string code, string what, string there, string here) => new(
        RefusalMeaning.Configuration, code, $"The {what} is {there} at the exchange and {here} here; change the account or have the exchange switched (verify with switch_modes).");
}
