using TradingSystem.VenueEmulator.Engine;

namespace TradingSystem.VenueEmulator.Okx;

/// <summary>sCodes and their texts, after the venue's own list.</summary>
public static class OkxErrors
{
    public static (string Code, string Message) Of(Refusal refusal, Side side) => refusal.Reason switch
    {
        Reason.UnknownSymbol => ("51001", "Instrument ID, Instrument ID code, or Spread ID doesn't exist."),
        Reason.QtyStep => ("51121", "Order quantity must be a multiple of the lot size."),
        Reason.QtyTooSmall => ("51020", "Your order should meet or exceed the minimum order amount."),
        Reason.QtyTooLarge => ("51005", "Your order amount exceeds the max order amount."),
        Reason.PriceTick => ("51000", "Parameter px error"),
        Reason.PriceBand => ("51006", $"Order price is not within the price limit ({(side == Side.Buy ? "max buy price" : "min sell price")}: {refusal.Detail})"),
        Reason.Margin => ("51008", "Order failed. Insufficient USDT margin in account"),
        Reason.NothingToReduce when refusal.Detail.Length > 0 => ("51112", "Close order size exceeds available size for this position."),
        Reason.NothingToReduce => ("51169", "Order failed because you don't have any positions in this direction for this contract to reduce or close."),
        Reason.ReduceWrongSide => ("51170", "Failed to place order. A reduce-only order can’t be the same trading direction as your existing positions."),
        Reason.PositionSideMismatch => ("51000", "Parameter posSide error"),
        Reason.DuplicateClientId => ("51016", "Client order ID already exists."),
        Reason.WouldTriggerNow when refusal.Detail == nameof(LegKind.TakeProfit) && side == Side.Sell => ("51277", "TP trigger price can’t be less than the last price"),
        Reason.WouldTriggerNow when refusal.Detail == nameof(LegKind.TakeProfit) => ("51279", "TP trigger price can’t be higher than the last price"),
        Reason.WouldTriggerNow when side == Side.Sell => ("51278", "SL trigger price can’t be higher than the last price"),
        Reason.WouldTriggerNow => ("51280", "SL trigger price can’t be lower than the last price"),
        Reason.TooManyOrders or Reason.TooManyAlgos => ("51025", "Order count exceeds the limit."),
        Reason.AlreadyEnded => ("51400", "Cancellation failed as the order has been filled, canceled or does not exist."),
        _ => ("51603", "Order does not exist"),
    };
}
