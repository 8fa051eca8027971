using TradingSystem.Venues.Instruments;

namespace TradingSystem.Execution.Orders;

/// <summary>
/// A position in one symbol. <c>Qty</c> is signed (positive long); <c>Cost</c> is the signed sum of quantity × price of what is held, in
/// quote currency: above 0 was paid for a long, below 0 received for a short, 0 when flat. <c>RealizedPnl</c> is before fees, both it and
/// <c>Fees</c> are sums in quote currency.
/// </summary>
public readonly record struct PositionState(decimal Qty, decimal Cost, decimal RealizedPnl, decimal Fees)
{
    /// <summary>The average entry, to be shown: nothing is computed from it. 0 when flat.</summary>
    public decimal AvgPrice => PositionMath.Average(Cost, Qty);
}

/// <summary>
/// Position keeping of a one-way (netting) account by what a position cost. An average price would lose a digit at each division, so that
/// money appeared or was missing; here every amount is a sum of amounts, and all of them stand in the tables as they are in memory.
/// <para>
/// The one division is that of the cost when a position is reduced: the part <c>cost × closed / held</c>, rounded to 12 places to even, leaves
/// it; what the rounding left over stays with what is still held, and the last fill takes all that is there. What is realised is what the fill
/// brought less the part that left. So when flat, realised PnL is what was sold less what was bought, to the last digit, and at any time realised
/// and unrealised PnL together are the cash that moved and what is held at the mark.
/// </para>
/// </summary>
public static class PositionMath
{
    /// <summary>Decimal places of the tables: nothing that is kept has more, or the table would differ from memory.</summary>
    public const int Places = InstrumentRules.Places;

    // Far below what any venue pays out, and short enough to stay readable.
    private const int SplitPlaces = 12;

    // Of an average that no decimal is equal to.
    private const int ShownDigits = 12;

    /// <summary>Applies a fill of <paramref name="signedQty"/> (negative sells). The difference of <c>RealizedPnl</c> is the fill's.</summary>
    public static PositionState Apply(PositionState position, decimal signedQty, decimal price, decimal fee)
    {
        var (held, cost) = (position.Qty, position.Cost);
        var after = held + signedQty;
        var fees = position.Fees + fee;
        if (held == 0m || Math.Sign(held) == Math.Sign(signedQty))
        {
            return position with { Qty = after, Cost = cost + Value(signedQty, price), Fees = fees };
        }

        if (Math.Abs(signedQty) < Math.Abs(held))
        {
            var part = decimal.Round(cost * Math.Abs(signedQty) / Math.Abs(held), SplitPlaces);
            return new(after, cost - part, position.RealizedPnl + Value(-signedQty, price) - part, fees);
        }

        // Closed, or turned: what is left was opened by this fill.
        return new(after, Value(after, price), position.RealizedPnl + Value(held, price) - cost, fees);
    }

    /// <summary>In quote currency: what the position would bring at the mark beyond what it cost.</summary>
    public static decimal Unrealized(decimal qty, decimal cost, decimal markPrice) => Value(qty, markPrice) - cost;

    /// <summary>Signed quantity × price, in quote currency.</summary>
    public static decimal Value(decimal qty, decimal price) => decimal.Round(qty * price, Places);

    /// <summary>
    /// Price of one unit, to be shown: to the last digit where a decimal is equal to it, else to 12 significant digits. 0 where there is nothing.
    /// </summary>
    public static decimal Average(decimal value, decimal qty)
    {
        if (qty == 0m)
        {
            return 0m;
        }

        var average = value / qty;
        var all = decimal.Round(average, Places);
        if (all * qty == value)
        {
            return all;
        }

        var places = ShownDigits;
        for (var size = Math.Abs(average); size >= 1m && places > 2; size /= 10m)
        {
            places--;
        }

        for (var size = Math.Abs(average); size is > 0m and < 0.1m && places < Places; size *= 10m)
        {
            places++;
        }

        return decimal.Round(average, places);
    }
}
