using System.Text.Json.Nodes;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Http;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Okx;

/// <summary>Orders that wait for a trigger.</summary>
public sealed class OkxAlgos(Exchange exchange, OkxReplies replies) : VenueCalls(exchange, VenueKind.Okx)
{
    /// <summary>The only price of an order that is taken here: nobody here sends another, nor a trigger by the mark price.</summary>
    private const string AtMarket = "-1";

    public Answer PlaceAlgo(Call call)
    {
        var body = call.Json;
        var clientId = OkxReplies.Text(body, "algoClOrdId") ?? "";
        Answer Bad(string code, string message) => replies.Done([OkxReplies.AlgoResult(clientId, "", code, message)], false);
        if (Instruments.Find(Venue, OkxReplies.Text(body, "instId")) is not { } instrument)
        {
            return Bad("51001", "Instrument ID, Instrument ID code, or Spread ID doesn't exist.");
        }

        if (OkxReplies.Text(body, "tdMode") is not ("cross" or "isolated") || OkxReplies.Text(body, "side") is not ("buy" or "sell"))
        {
            return Bad("51000", "Parameter tdMode error ");
        }

        if (clientId.Length > 0 && !OkxOrders.ClientId().IsMatch(clientId))
        {
            return Bad("51000", "Parameter algoClOrdId error");
        }

        var type = OkxReplies.Text(body, "ordType");
        var side = OkxReplies.Text(body, "side") == "buy" ? Side.Buy : Side.Sell;
        var legs = type == "trigger" ? TriggerLeg(body, instrument) : Legs(body, side);
        if (type is not ("conditional" or "trigger") || legs is not { Count: > 0 })
        {
            return Bad("51000", "Parameter ordType error");
        }

        var positionSide = OkxReplies.PositionSideOf(OkxReplies.Text(body, "posSide"));
        var reduceOnly = OkxReplies.Flag(body, "reduceOnly");
        var (size, fraction) = (OkxReplies.Text(body, "sz"), OkxReplies.Text(body, "closeFraction"));
        if (size is not null && fraction is not null)
        {
            return Bad("50024", "sz and closeFraction can't exist at the same time ");
        }

        if (fraction is not null && (fraction != "1" || type == "trigger" || (positionSide == PositionSide.Net && !reduceOnly)))
        {
            return Bad("51328", "closeFraction is only available for reduce-only orders.");
        }

        if (fraction is null && !Number.TryParse(size, out _))
        {
            return Bad("51000", "Parameter sz error");
        }

        var spec = new AlgoSpec(
            "", clientId, instrument.Symbol, side, positionSide,
            fraction is null ? decimal.Parse(size!, System.Globalization.CultureInfo.InvariantCulture) * instrument.ContractSize : null, legs,
            reduceOnly, false, OkxReplies.Text(body, "tdMode")!)
        {
            VenueType = type,
            EndsWithPosition = fraction is not null || OkxReplies.Flag(body, "cxlOnClosePos"),
        };
        if (fraction is not null && call.Account.OpenAlgos.Any(a => a.Spec.Qty is null && call.Account.KeyOf(a.Spec) == call.Account.KeyOf(spec)))
        {
            return Bad("51088", "You can only place 1 TP/SL order to close an entire position");
        }

        var placed = Exchange.Algos.PlaceAlgo(call.Account, spec);
        if (placed.Refusal is { } refusal)
        {
            var (code, message) = refusal.Reason == Reason.DuplicateClientId ? ("51065", "algoClOrdId already exists.") : OkxErrors.Of(refusal, side);
            return Bad(code, message);
        }

        return OkxReplies.Ok(OkxReplies.AlgoResult(clientId, placed.Value!.Spec.Id, "0", ""));
    }

    public Answer QueryAlgo(Call call)
    {
        var algo = call["algoId"] is { Length: > 0 } id ? AlgoEngine.AlgoById(call.Account, id) : AlgoEngine.AlgoByClient(call.Account, call["algoClOrdId"]);
        return algo is not null && Exchange.Orders.IsVisible(call.Account, algo.Created)
            ? OkxReplies.Ok(OkxShapes.Algo(call.Account, algo))
            : OkxReplies.Failed("51603", "Order does not exist");
    }

    public Answer CancelAlgos(Call call)
    {
        if (call.Json is not JsonArray { Count: > 0 and <= 10 } algos)
        {
            return OkxReplies.Failed("50000", "Body for POST request cannot be empty.", 400);
        }

        var results = algos.Select(body =>
        {
            var (id, clientId) = (OkxReplies.Text(body, "algoId"), OkxReplies.Text(body, "algoClOrdId"));
            var algo = id is not null ? AlgoEngine.AlgoById(call.Account, id) : AlgoEngine.AlgoByClient(call.Account, clientId);
            return algo is not null && OkxShapes.Name(algo.Spec.Symbol) == OkxReplies.Text(body, "instId") && Exchange.Algos.CancelAlgo(call.Account, algo) is null
                ? OkxReplies.AlgoResult(algo.Spec.ClientId, algo.Spec.Id, "0", "")
                : OkxReplies.AlgoResult(clientId, id ?? "", "51400", "Cancellation failed as the order has been filled, canceled or does not exist.");
        }).ToList();
        return replies.Done(results, results.Any(OkxOrders.IsDone));
    }

    public Answer PendingAlgos(Call call) => AlgoList(call, a => a.IsOpen);

    public Answer AlgoHistory(Call call) => AlgoList(call, a => !a.IsOpen);

    private static Answer AlgoList(Call call, Func<Algo, bool> wanted)
    {
        if (call["ordType"] is not { Length: > 0 } types)
        {
            return OkxReplies.Failed("50014", "Parameter ordType can not be empty.", 400);
        }

        var kinds = types.Split(',');
        return OkxReplies.Page(call, call.Account.Algos.Values
            .Where(a => wanted(a) && kinds.Contains(a.Spec.VenueType) && OkxOrders.Wanted(call, a.Spec.Symbol))
            .OrderByDescending(a => a.Sequence)
            .Select(a => (a.Spec.Id, (JsonNode)OkxShapes.Algo(call.Account, a))));
    }

    /// <summary>Take-profit and stop-loss of an order of this side, as far as they are given.</summary>
    private static List<Leg>? Legs(JsonNode? body, Side side)
    {
        var legs = new List<Leg>();
        foreach (var (prefix, kind) in new[] { ("tp", LegKind.TakeProfit), ("sl", LegKind.StopLoss) })
        {
            if (OkxReplies.Text(body, prefix + "TriggerPx") is not { } trigger)
            {
                continue;
            }

            if (!Number.TryParse(trigger, out var price) || OkxReplies.Text(body, prefix + "OrdPx") != AtMarket
                || OkxReplies.Text(body, prefix + "TriggerPxType") is not (null or "last"))
            {
                return null;
            }

            // A stop follows the market, a take-profit goes against it.
            var above = (kind == LegKind.StopLoss) == (side == Side.Buy);
            legs.Add(new Leg(kind, price, above));
        }

        return legs;
    }

    private List<Leg>? TriggerLeg(JsonNode? body, Instrument instrument)
    {
        if (!Number.TryParse(OkxReplies.Text(body, "triggerPx"), out var trigger) || OkxReplies.Text(body, "orderPx") != AtMarket
            || OkxReplies.Text(body, "triggerPxType") is not (null or "last"))
        {
            return null;
        }

        return [new Leg(LegKind.Trigger, trigger, trigger > Exchange.QuoteOf(Venue, instrument.Symbol).Last)];
    }
}
