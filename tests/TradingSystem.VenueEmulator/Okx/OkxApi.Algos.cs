using System.Text.Json.Nodes;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Http;

namespace TradingSystem.VenueEmulator.Okx;

public sealed partial class OkxApi
{
    private Answer PlaceAlgo(Call call)
    {
        var body = call.Json;
        var clientId = Text(body, "algoClOrdId") ?? "";
        Answer Bad(string code, string message) => Done([AlgoResult(clientId, "", code, message)], false);
        if (Instruments.Find(Venue, Text(body, "instId")) is not { } instrument)
        {
            return Bad("51001", "Instrument ID, Instrument ID code, or Spread ID doesn't exist.");
        }

        if (Text(body, "tdMode") is not ("cross" or "isolated") || Text(body, "side") is not ("buy" or "sell"))
        {
            return Bad("51000", "Parameter tdMode error ");
        }

        if (clientId.Length > 0 && !ClientId().IsMatch(clientId))
        {
            return Bad("51000", "Parameter algoClOrdId error");
        }

        var type = Text(body, "ordType");
        var side = Text(body, "side") == "buy" ? Side.Buy : Side.Sell;
        var legs = type == "trigger" ? TriggerLeg(body, instrument) : Legs(body, side);
        if (type is not ("conditional" or "oco" or "trigger") || legs is not { Count: > 0 } || (type == "oco" && legs.Count != 2))
        {
            return Bad("51000", $"Parameter {(type == "oco" ? "tpTriggerPx" : "ordType")} error");
        }

        var positionSide = PositionSideOf(Text(body, "posSide"));
        var reduceOnly = Flag(body, "reduceOnly");
        var (size, fraction) = (Text(body, "sz"), Text(body, "closeFraction"));
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

        var spec = new AlgoSpec("", clientId, instrument.Symbol, side, positionSide, fraction is null ? decimal.Parse(size!, System.Globalization.CultureInfo.InvariantCulture) * instrument.ContractSize : null, legs, reduceOnly, false, Text(body, "tdMode")!)
        {
            VenueType = type,
            EndsWithPosition = fraction is not null || Flag(body, "cxlOnClosePos"),
        };
        if (fraction is not null && call.Account.OpenAlgos.Any(a => a.Spec.Qty is null && call.Account.KeyOf(a.Spec) == call.Account.KeyOf(spec)))
        {
            return Bad("51088", "You can only place 1 TP/SL order to close an entire position");
        }

        var placed = Exchange.PlaceAlgo(call.Account, spec);
        if (placed.Refusal is { } refusal)
        {
            var (code, message) = refusal.Reason == Reason.DuplicateClientId ? ("51065", "algoClOrdId already exists.") : OkxErrors.Of(refusal, side);
            return Bad(code, message);
        }

        return Ok(AlgoResult(clientId, placed.Value!.Spec.Id, "0", ""));
    }

    private Answer QueryAlgo(Call call)
    {
        var algo = call["algoId"] is { Length: > 0 } id ? Exchange.AlgoById(call.Account, id) : Exchange.AlgoByClient(call.Account, call["algoClOrdId"]);
        return algo is not null && Exchange.IsVisible(call.Account, algo.Created) ? Ok(OkxShapes.Algo(call.Account, algo)) : Failed("51603", "Order does not exist");
    }

    private Answer CancelAlgos(Call call)
    {
        if (call.Json is not JsonArray { Count: > 0 and <= 10 } algos)
        {
            return Failed("50000", "Body for POST request cannot be empty.", 400);
        }

        var results = algos.Select(body =>
        {
            var (id, clientId) = (Text(body, "algoId"), Text(body, "algoClOrdId"));
            var algo = id is not null ? Exchange.AlgoById(call.Account, id) : Exchange.AlgoByClient(call.Account, clientId);
            return algo is not null && OkxShapes.Name(algo.Spec.Symbol) == Text(body, "instId") && Exchange.CancelAlgo(call.Account, algo) is null
                ? AlgoResult(algo.Spec.ClientId, algo.Spec.Id, "0", "")
                : AlgoResult(clientId, id ?? "", "51400", "Cancellation failed as the order has been filled, canceled or does not exist.");
        }).ToList();
        return Done(results, results.Any(IsDone));
    }

    private Answer PendingAlgos(Call call) => AlgoList(call, a => a.IsOpen);

    private Answer AlgoHistory(Call call) => AlgoList(call, a => !a.IsOpen);

    private static Answer AlgoList(Call call, Func<Algo, bool> wanted)
    {
        if (call["ordType"] is not { Length: > 0 } types)
        {
            return Failed("50014", "Parameter ordType can not be empty.", 400);
        }

        var kinds = types.Split(',');
        return Page(call, call.Account.Algos.Values
            .Where(a => wanted(a) && kinds.Contains(a.Spec.VenueType) && Wanted(call, a.Spec.Symbol))
            .OrderByDescending(a => a.Sequence)
            .Select(a => (a.Spec.Id, (JsonNode)OkxShapes.Algo(call.Account, a))));
    }

    /// <summary>Take-profit and stop-loss of an order of this side, as far as they are given.</summary>
    private static List<Leg>? Legs(JsonNode? body, Side side)
    {
        var legs = new List<Leg>();
        foreach (var (prefix, kind) in new[] { ("tp", LegKind.TakeProfit), ("sl", LegKind.StopLoss) })
        {
            if (Text(body, prefix + "TriggerPx") is not { } trigger)
            {
                continue;
            }

            if (!Number.TryParse(trigger, out var price) || Text(body, prefix + "OrdPx") is not { } order || !Number.TryParse(order, out var limit))
            {
                return null;
            }

            // A stop follows the market, a take-profit goes against it.
            var above = (kind == LegKind.StopLoss) == (side == Side.Buy);
            legs.Add(new Leg(kind, price, above, Text(body, prefix + "TriggerPxType") == "mark" ? TriggerBy.Mark : TriggerBy.Last, order == "-1" ? null : limit));
        }

        return legs;
    }

    private List<Leg>? TriggerLeg(JsonNode? body, Instrument instrument)
    {
        if (!Number.TryParse(Text(body, "triggerPx"), out var trigger) || Text(body, "orderPx") is not { } order || !Number.TryParse(order, out var limit))
        {
            return null;
        }

        return [new Leg(LegKind.Trigger, trigger, trigger > Exchange.QuoteOf(Venue, instrument.Symbol).Last, Text(body, "triggerPxType") == "mark" ? TriggerBy.Mark : TriggerBy.Last, order == "-1" ? null : limit)];
    }
}
