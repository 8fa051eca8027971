using System.Text.Json.Nodes;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Http;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Binance;

/// <summary>Orders that wait for a trigger.</summary>
public sealed class BinanceAlgos(Exchange exchange) : VenueCalls(exchange, VenueKind.Binance)
{
    public Answer PlaceAlgo(Call call)
    {
        var given = Parameters.Of(call);
        var common = BinanceFields.Common(call, given);
        if (common.Refused is { } refused)
        {
            return refused;
        }

        if (given["algoType"] != "CONDITIONAL")
        {
            return given.Has("algoType") ? BinanceErrors.Of(-1102, "Invalid algoType.") : BinanceErrors.Missing("algoType");
        }

        var type = given["type"] ?? "";
        if (type is not ("STOP_MARKET" or "TAKE_PROFIT_MARKET"))
        {
            return BinanceErrors.Of(-1116, "Invalid orderType.");
        }

        if (!Number.TryParse(given["triggerPrice"], out var trigger))
        {
            return BinanceErrors.Missing("triggerPrice");
        }

        // The venue takes limit orders and the mark price, too; nobody here sends them.
        if (given["workingType"] is not (null or "CONTRACT_PRICE"))
        {
            return BinanceErrors.Of(-1130, "Data sent for parameter 'workingType' is not valid.");
        }

        var closes = given.IsTrue("closePosition");
        if (closes && (given.Has("quantity") || given.Has("reduceOnly")))
        {
            return BinanceErrors.NotNeeded(given.Has("quantity") ? "quantity" : "reduceonly");
        }

        var side = common.Side;
        if (closes && ((common.PositionSide == PositionSide.Long && side == Side.Buy) || (common.PositionSide == PositionSide.Short && side == Side.Sell)))
        {
            return BinanceErrors.Of(-4137, "Invalid side for closePosition.");
        }

        decimal? qty = null;
        if (!closes)
        {
            if (!Number.TryParse(given["quantity"], out var quantity))
            {
                return BinanceErrors.Missing("quantity");
            }

            qty = quantity;
        }

        // A stop follows the market, a take-profit goes against it.
        var isStop = type == "STOP_MARKET";
        var leg = new Leg(isStop ? LegKind.StopLoss : LegKind.TakeProfit, trigger, isStop == (side == Side.Buy));
        var clientId = given["clientAlgoId"] ?? Guid.NewGuid().ToString("N")[..22];
        if (!BinanceOrders.ClientId().IsMatch(clientId))
        {
            return BinanceErrors.Of(-4015, "Client order id is not valid.");
        }

        var placed = Exchange.Algos.PlaceAlgo(
            call.Account,
            new AlgoSpec("", clientId, common.Instrument!.Symbol, side, common.PositionSide, qty, [leg], given.IsTrue("reduceOnly"), closes, "") { VenueType = type });
        return placed.Refusal is { } refusal ? BinanceErrors.Algo(refusal) : Answer.Ok(BinanceShapes.PlacedAlgo(placed.Value!));
    }

    public Answer QueryAlgo(Call call) =>
        NamedAlgo(call) is { } algo && Exchange.Orders.IsVisible(call.Account, algo.Created)
            ? Answer.Ok(BinanceShapes.QueriedAlgo(call.Account, algo))
            : BinanceErrors.Of(-2013, "Order does not exist.");

    public Answer CancelAlgo(Call call) =>
        NamedAlgo(call) is { } algo && Exchange.Algos.CancelAlgo(call.Account, algo) is null
            ? Answer.Ok(BinanceShapes.Algo(algo))
            : BinanceErrors.Of(-2011, "Unknown order sent.");

    public Answer OpenAlgos(Call call) => ListedAlgos(call, call.Account.OpenAlgos);

    public Answer AllAlgos(Call call) => ListedAlgos(call, call.Account.Algos.Values.OrderBy(a => a.Sequence));

    private static Answer ListedAlgos(Call call, IEnumerable<Algo> algos)
    {
        var symbol = Parameters.Of(call)["symbol"];
        return Answer.Ok(new JsonArray([.. algos.Where(a => symbol is null || a.Spec.Symbol == symbol).Select(a => BinanceShapes.OpenAlgo(call.Account, a))]));
    }

    private static Algo? NamedAlgo(Call call)
    {
        var given = Parameters.Of(call);
        return given.Has("algoId") ? AlgoEngine.AlgoById(call.Account, given["algoId"]) : AlgoEngine.AlgoByClient(call.Account, given["clientAlgoId"]);
    }
}
