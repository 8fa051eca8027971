using System.Globalization;

namespace TradingSystem.Venues.Instruments;

/// <summary>What the numbers of an instrument must be, wherever they come from: on a tick or step of 0 every rounding would divide by it.</summary>
public static class InstrumentRules
{
    /// <summary>Decimal places to which prices, quantities and amounts are kept.</summary>
    public const int Places = 18;

    private const decimal Finest = 0.000000000000000001m;

    /// <summary>The first rule that is broken, null when none is. Prices are in quote currency, quantities in the base asset.</summary>
    public static string? Fault(decimal tick, decimal step, decimal minQty, decimal minNotional, decimal maxMarketQty, decimal maxLimitQty) =>
        tick < Finest ? Wrong("tick", tick, "above 0")
        : step < Finest ? Wrong("step", step, "above 0")
        : minQty < 0m ? Wrong("min_qty", minQty, "0 or more")
        : minNotional < 0m ? Wrong("min_notional", minNotional, "0 or more")
        : maxMarketQty <= 0m ? Wrong("max_market_qty", maxMarketQty, "above 0")
        : maxLimitQty <= 0m ? Wrong("max_limit_qty", maxLimitQty, "above 0")
        : null;

    private static string Wrong(string name, decimal value, string rule) => string.Create(CultureInfo.InvariantCulture, $"{name} is {value}, not {rule}");
}
