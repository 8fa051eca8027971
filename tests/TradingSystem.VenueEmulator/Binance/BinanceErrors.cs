using System.Text.Json.Nodes;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Http;

namespace TradingSystem.VenueEmulator.Binance;

/// <summary>Codes of fapi; the same numbers mean other things on spot.</summary>
public static class BinanceErrors
{
    public static Answer Of(int code, string message, int status = 400) => Answer.Refused(status, new JsonObject { ["code"] = code, ["msg"] = message });

    public static Answer Missing(string parameter) => Of(-1102, $"Mandatory parameter '{parameter}' was not sent, was empty/null, or malformed.");

    public static Answer NotNeeded(string parameter) => Of(-1106, $"Parameter '{parameter}' sent when not required.");

    public static Answer Order(Refusal refusal, OrderSpec? order = null) => refusal.Reason switch
    {
        Reason.UnknownSymbol => Of(-1121, "Invalid symbol."),
        Reason.QtyStep => Of(-1111, "Precision is over the maximum defined for this asset."),
        Reason.QtyTooSmall when order?.Qty <= 0m => Of(-4003, "Quantity less than or equal to zero."),
        Reason.QtyTooSmall => Of(-4004, $"Quantity less than min quantity {refusal.Detail}."),
        Reason.QtyTooLarge => Of(-4005, "Quantity greater than max quantity."),
        Reason.NotionalTooSmall => Of(-4164, $"Order's notional must be no smaller than {refusal.Detail} (unless you choose reduce only)."),
        Reason.PriceTick when order?.Price is { Scale: > 4 } => Of(-1111, "Precision is over the maximum defined for this asset."),
        Reason.PriceTick => Of(-4014, "Price not increased by tick size."),
        Reason.PriceBand when order?.Side == Side.Sell => Of(-4024, $"Limit price can't be lower than {refusal.Detail}."),
        Reason.PriceBand => Of(-4016, $"Limit price can't be higher than {refusal.Detail}."),
        Reason.Margin => Of(-2019, "Margin is insufficient."),
        Reason.NothingToReduce or Reason.ReduceWrongSide => Of(-2022, "ReduceOnly Order is rejected."),
        Reason.PositionSideMismatch => Of(-4061, "Order's position side does not match user's setting."),
        Reason.DuplicateClientId => Of(-4116, "ClientOrderId is duplicated."),
        Reason.WouldTriggerNow => Of(-2021, "Order would immediately trigger."),
        Reason.TooManyOrders => Of(-2025, "Reach max open order limit."),
        Reason.TooManyAlgos => Of(-4045, "Reach max stop order limit."),
        Reason.AlreadyEnded => Of(-2011, "Unknown order sent."),
        _ => Of(-2013, "Order does not exist."),
    };

    public static Answer Algo(Refusal refusal) =>
        refusal.Reason == Reason.DuplicateClientId ? Of(-20132, "client algo id is duplicated.") : Order(refusal);
}
