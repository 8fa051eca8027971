using System.Globalization;

namespace TradingSystem.Venues;

/// <summary>Numbers as exchanges take them, in plain decimals. Nothing is rounded here: what was checked is what is sent.</summary>
public static class Grid
{
    /// <summary>Without exponent and trailing zeros.</summary>
    public static string Text(decimal value) => value.ToString("0.############################", CultureInfo.InvariantCulture);

    /// <summary>The exchange's count of a quantity in the base asset that is on its step.</summary>
    public static decimal Units(decimal quantity, VenueInstrument instrument) => quantity / instrument.ContractSize;
}
