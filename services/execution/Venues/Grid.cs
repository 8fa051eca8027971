using System.Globalization;
using TradingSystem.Execution.Risk;

namespace TradingSystem.Execution.Venues;

/// <summary>Numbers as exchanges take them: on the instrument's grid, in plain decimals.</summary>
public static class Grid
{
    /// <summary>Without exponent and trailing zeros.</summary>
    public static string Text(decimal value) => value.ToString("0.############################", CultureInfo.InvariantCulture);

    /// <summary>The nearest multiple of the tick.</summary>
    public static decimal Price(decimal price, decimal tick) => decimal.Round(price / tick, 0, MidpointRounding.AwayFromZero) * tick;

    /// <summary>Base asset in the exchange's unit, never more than <paramref name="quantity"/>.</summary>
    public static decimal Units(decimal quantity, VenueInstrument instrument)
    {
        if (instrument.ContractSize == 1m)
        {
            return Sizing.RoundDown(quantity, instrument.Step);
        }

        var lot = instrument.Step / instrument.ContractSize;
        var units = Sizing.RoundDown(quantity / instrument.ContractSize, lot);
        return units * instrument.ContractSize > quantity ? units - lot : units;
    }
}
