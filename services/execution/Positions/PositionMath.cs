namespace TradingSystem.Execution.Positions;

/// <summary>
/// A position in one symbol. <c>Qty</c> is signed (positive long), <c>AvgPrice</c> the average entry (0 when flat);
/// <c>RealizedPnl</c> is before fees, both it and <c>Fees</c> are sums in quote currency.
/// </summary>
public readonly record struct PositionState(decimal Qty, decimal AvgPrice, decimal RealizedPnl, decimal Fees);

/// <summary>Average-cost position keeping of a one-way (netting) account.</summary>
public static class PositionMath
{
    // Far below any tick and well inside the column's 18 places, so memory and table never differ.
    private const int PricePlaces = 12;

    /// <summary>Applies a fill of <paramref name="signedQty"/> (negative sells). The difference of <c>RealizedPnl</c> is the fill's.</summary>
    public static PositionState Apply(PositionState position, decimal signedQty, decimal price, decimal fee)
    {
        var after = position.Qty + signedQty;
        var fees = position.Fees + fee;
        if (position.Qty == 0m || Math.Sign(position.Qty) == Math.Sign(signedQty))
        {
            var average = after == 0m
                ? 0m
                : decimal.Round(((position.Qty * position.AvgPrice) + (signedQty * price)) / after, PricePlaces);
            return position with { Qty = after, AvgPrice = average, Fees = fees };
        }

        var closed = Math.Min(Math.Abs(position.Qty), Math.Abs(signedQty));
        var realized = closed * (price - position.AvgPrice) * Math.Sign(position.Qty);
        var entry = after == 0m ? 0m
            : Math.Sign(after) == Math.Sign(position.Qty) ? position.AvgPrice // reduced
            : price; // flipped: what is left was opened by this fill
        return new PositionState(after, entry, position.RealizedPnl + realized, fees);
    }

    public static decimal Unrealized(decimal qty, decimal avgPrice, decimal markPrice) => qty * (markPrice - avgPrice);
}
