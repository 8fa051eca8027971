using System.Globalization;
using System.Text.Json.Nodes;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Http;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Bybit;

/// <summary>How requests are read and answers are shaped.</summary>
public sealed class BybitReplies(Exchange exchange)
{
    /// <summary>Text fields must be texts: the venue takes no bare numbers for them.</summary>
    public static string? Text(Call call, string name) =>
        call.Json?[name] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0 ? text : null;

    public static bool Flag(Call call, string name) => call.Json?[name] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    public static int? Integer(Call call, string name) => call.Json?[name] is JsonValue value && value.TryGetValue<int>(out var number) ? number : null;

    public static PositionSide? PositionOf(Call call) => (Integer(call, "positionIdx") ?? 0) switch
    {
        0 => PositionSide.Net,
        1 => PositionSide.Long,
        2 => PositionSide.Short,
        _ => null,
    };

    public Answer Ok(JsonObject result) => Answer.Ok(Body(0, "OK", result));

    public Answer Refused(int code, string message) => Answer.Refused(200, Body(code, message, new JsonObject()));

    public Answer Refused(Refusal refusal)
    {
        var (code, message) = BybitErrors.Of(refusal);
        return Refused(code, message);
    }

    public JsonObject Body(int code, string message, JsonObject result) =>
        new() { ["retCode"] = code, ["retMsg"] = message, ["result"] = result, ["retExtInfo"] = new JsonObject(), ["time"] = Number.Ms(exchange.Now(VenueKind.Bybit)) };

    /// <summary>Newest first, cut to a page; the cursor is where the next one begins.</summary>
    public Answer Page(Call call, int usual, int most, IEnumerable<JsonNode> newestFirst)
    {
        var limit = int.TryParse(call["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? Math.Clamp(given, 1, most) : usual;
        var skip = int.TryParse(
            Uri.UnescapeDataString(call["cursor"] ?? "").Replace("page:", "", StringComparison.Ordinal), NumberStyles.None,
            CultureInfo.InvariantCulture, out var from)
            ? from
            : 0;
        var page = newestFirst.Skip(skip).Take(limit + 1).ToList();
        var more = page.Count > limit;
        return Ok(new JsonObject
        {
            ["list"] = new JsonArray([.. page.Take(limit)]),
            ["nextPageCursor"] = more ? Uri.EscapeDataString($"page:{skip + limit}") : "",
            ["category"] = "linear",
        });
    }

    /// <summary>The market has reached a leg that was to wait for it.</summary>
    public Answer WrongSide(Instrument instrument, Leg leg, bool isLong) =>
        Refused(
            10001,
            $"{leg.Kind}:{leg.TriggerPrice} set for {(isLong ? "Buy" : "Sell")} position should {(leg.WhenAbove ? "higher" : "lower")} than base_price:{exchange.QuoteOf(VenueKind.Bybit, instrument.Symbol).Last}??LastPrice");
}
