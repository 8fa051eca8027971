using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Replies;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;

namespace TradingSystem.Execution.Decisions;

/// <summary>What a check came to, for whoever only asked.</summary>
public static class WouldBecome
{
    private const int MoneyPlaces = 8;

    public static WouldBe Nothing { get; } = new(WouldActions.Nothing, null, null, null, null, null, null);

    public static WouldBe Refused(RejectionReason reason, string? side = null, decimal? qty = null) => new(WouldActions.Refused, side, qty, null, null, null, reason);

    /// <summary>Of an order that was made and is not kept.</summary>
    public static WouldBe Of(Order order) => order.Status switch
    {
        OrderStatus.Recorded => Nothing,
        OrderStatus.Rejected => Refused(order.Reason!, order.Side, order.Qty),
        _ => Made(order.Side, order.Qty, order.AvgPrice, order.Leverage, order.AvgPrice is null ? null : order.Fee, order.Action == ActionWords.Close, order.Reason),
    };

    /// <summary>Of a venue's order that was made ready to leave and does not; its fee and price are the check's.</summary>
    public static WouldBe Of(DeskOrder order, Verdict verdict) =>
        order.State == DeskStates.Sending && verdict.Fill is { } fill
            ? Made(order.Side, order.Qty, order.Price ?? Known(fill, fill.Price), order.Leverage, Known(fill, fill.Fee), order.Closes, null)
            : Refused(
                verdict.Reason ?? new(ReasonCodes.Kept(order.ReasonCode ?? ""), null, order.ReasonValue, null, order.ReasonMessage ?? ""),
                SideWords.Of(verdict.Buy),
                verdict.Qty);

    /// <summary>Without a price here the venue says it, and nobody can say it before.</summary>
    private static decimal? Known(PlannedFill fill, decimal value) => fill.Price == 0m ? null : value;

    private static WouldBe Made(string? side, decimal qty, decimal? price, decimal leverage, decimal? fee, bool closes, RejectionReason? reason) =>
        new(WouldActions.Order, side, qty, price, closes || price is null ? null : decimal.Round(qty * price.Value / Math.Max(1m, leverage), MoneyPlaces), fee, reason);
}
