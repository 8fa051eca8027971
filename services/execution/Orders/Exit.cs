namespace TradingSystem.Execution.Orders;

/// <summary>
/// What ended a position, or a part of it, as its entry's update tells it. <c>Qty</c> is in the base asset, the rest in quote currency;
/// without a fill there is no side and no price.
/// </summary>
/// <param name="OrderId">The order that closed, the entry's own where it was none of ours or more than one.</param>
public sealed record Exit(Guid OrderId, string? Side, decimal Qty, decimal? AvgPrice, decimal Fee, decimal RealizedPnl, DateTimeOffset? MarketTime = null)
{
    public static Exit Of(Order order) => new(order.Id, order.Side, order.Qty, order.AvgPrice, order.Fee, order.RealizedPnl, order.MarketTime);

    /// <summary>The sum of these fills, all of one side.</summary>
    public static Exit Of(IReadOnlyList<Fill> fills, Guid otherwise)
    {
        if (fills.Count == 0)
        {
            return new(otherwise, null, 0m, null, 0m, 0m);
        }

        var qty = fills.Sum(f => f.Qty);
        var orders = fills.Select(f => f.OrderId).Distinct().ToList();
        return new(
            orders is [var one] && one != Guid.Empty ? one : otherwise,
            fills[0].Side,
            qty,
            PositionMath.Average(fills.Sum(f => PositionMath.Value(f.Qty, f.Price)), qty),
            fills.Sum(f => f.Fee),
            fills.Sum(f => f.RealizedPnl),
            fills.Max(f => f.MarketTime));
    }
}
