using System.Text.Json.Nodes;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Http;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Binance;

/// <summary>What the calls of one job have in common with those of another.</summary>
internal static class BinanceFields
{
    public static Instrument? InstrumentOf(Parameters given) => Instruments.Find(VenueKind.Binance, given["symbol"]);

    public static Answer BadSymbol(Parameters given) => given.Has("symbol") ? BinanceErrors.Order(new Refusal(Reason.UnknownSymbol)) : BinanceErrors.Missing("symbol");

    /// <summary>What orders and algo orders have in common.</summary>
    public static (Answer? Refused, Instrument? Instrument, Side Side, PositionSide PositionSide) Common(Call call, Parameters given)
    {
        if (InstrumentOf(given) is not { } instrument)
        {
            return (BadSymbol(given), null, default, default);
        }

        if (given["side"] is not ("BUY" or "SELL"))
        {
            return (given.Has("side") ? BinanceErrors.Of(-1117, "Invalid side.") : BinanceErrors.Missing("side"), null, default, default);
        }

        if (call.Account.Hedge && given.Has("reduceOnly"))
        {
            return (BinanceErrors.NotNeeded("reduceonly"), null, default, default);
        }

        var position = given["positionSide"] switch { "LONG" => PositionSide.Long, "SHORT" => PositionSide.Short, _ => PositionSide.Net };
        return (null, instrument, given["side"] == "BUY" ? Side.Buy : Side.Sell, position);
    }

    public static Answer Done() => Answer.Ok(new JsonObject { ["code"] = 200, ["msg"] = "success" });
}
