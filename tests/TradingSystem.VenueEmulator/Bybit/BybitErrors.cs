using System.Text.Json.Nodes;
using TradingSystem.VenueEmulator.Engine;

namespace TradingSystem.VenueEmulator.Bybit;

/// <summary>retCodes; the HTTP status is 200 for nearly all of them.</summary>
public static class BybitErrors
{
    public static (int Code, string Message) Of(Refusal refusal) => refusal.Reason switch
    {
        Reason.UnknownSymbol => (10001, "Not supported symbols"),
        Reason.QtyStep => (10001, "Qty invalid"),
        Reason.QtyTooSmall => (10001, "The number of contracts exceeds minimum limit allowed"),
        Reason.QtyTooLarge => (10001, "The number of contracts exceeds maximum limit allowed"),
        Reason.NotionalTooSmall => (110094, $"Order does not meet minimum order value {refusal.Detail}USDT"),
        Reason.PriceTick => (10001, "Price invalid"),
        Reason.PriceBand => (110003, "Order price exceeds the allowable range."),
        Reason.Margin => (110007, "ab not enough for new order"),
        Reason.NothingToReduce => (110017, "current position is zero, cannot fix reduce-only order qty"),
        Reason.ReduceWrongSide => (110017, "Reduce-only rule not satisfied"),
        Reason.PositionSideMismatch => (10001, "position idx not match position mode"),
        Reason.DuplicateClientId => (110072, "OrderLinkedID is duplicate"),
        Reason.TooManyOrders => (110020, "Not allowed to have more than 500 active orders"),
        Reason.TooManyAlgos => (110009, "The number of stop orders exceeds the maximum allowable limit"),
        Reason.NotFound or Reason.AlreadyEnded => (110001, "order not exists or too late to cancel"),
        Reason.Leverage => (110013, "cannot set leverage gt maxLeverage by risk limit"),
        _ => (10001, "params error"),
    };
}
