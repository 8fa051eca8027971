using TradingSystem.Contracts.Bus;
using TradingSystem.Venues.Instruments;

namespace TradingSystem.Execution.Limits;

/// <summary>A quantity in the words of the decision that asked for it.</summary>
public static class DecisionSize
{
    /// <summary>The units in which a decision says its size.</summary>
    public const string Qty = "qty";

    public const string Margin = "margin_usd";

    /// <summary>
    /// A quantity as the decision would have asked for it: itself, or the margin in whole cents that sizes to it or to the next below.
    /// Null where that is too little to be traded.
    /// </summary>
    public static Nearest? InUnitOf(TradeDecision decision, decimal qty, decimal price, Instrument instrument)
    {
        if (decision.Qty != 0m)
        {
            return IsTradable(qty, price, instrument) ? new(qty, Qty) : null;
        }

        var margin = Sizing.RoundUp(qty * price / decision.Leverage, Sizing.Cent);
        if (Sizing.FromMargin(margin, decision.Leverage, price, instrument.Step) > qty)
        {
            margin -= Sizing.Cent;
        }

        return IsTradable(Sizing.FromMargin(margin, decision.Leverage, price, instrument.Step), price, instrument) ? new(margin, Margin) : null;
    }

    private static bool IsTradable(decimal qty, decimal price, Instrument instrument) => qty >= instrument.MinQty && qty * price >= instrument.MinNotional;
}
