using System.Globalization;
using System.Text.Json.Nodes;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Http;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Okx;

/// <summary>How requests are read and answers are shaped.</summary>
public sealed class OkxReplies(Exchange exchange)
{
    public static Answer Ok(params IEnumerable<JsonNode> data) =>
        Answer.Ok(new JsonObject { ["code"] = "0", ["data"] = new JsonArray([.. data]), ["msg"] = "" });

    public static Answer Failed(string code, string message, int status = 200) =>
        Answer.Refused(status, new JsonObject { ["code"] = code, ["data"] = new JsonArray(), ["msg"] = message });

    public static Answer Denied(string code, string message) => Answer.Refused(401, new JsonObject { ["msg"] = message, ["code"] = code });

    public static JsonObject AlgoResult(string? clientId, string id, string code, string message) =>
        new() { ["algoClOrdId"] = clientId ?? "", ["algoId"] = id, ["clOrdId"] = "", ["sCode"] = code, ["sMsg"] = message, ["tag"] = "" };

    /// <summary>Texts, as the venue wants them; it also takes bare numbers.</summary>
    public static string? Text(JsonNode? body, string name) => body?[name] is JsonValue value && value.ToString() is { Length: > 0 } text ? text : null;

    public static bool Flag(JsonNode? body, string name) => string.Equals(Text(body, name), "true", StringComparison.OrdinalIgnoreCase);

    public static PositionSide PositionSideOf(string? word) => word switch { "long" => PositionSide.Long, "short" => PositionSide.Short, _ => PositionSide.Net };

    /// <summary>Newest first; <c>after</c> asks for what is older than an id.</summary>
    public static Answer Page(Call call, IEnumerable<(string Id, JsonNode Body)> newestFirst)
    {
        var limit = int.TryParse(call["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? Math.Clamp(given, 1, 100) : 100;
        var older = call["after"] is { Length: > 0 } after ? newestFirst.SkipWhile(i => i.Id != after).Skip(1) : newestFirst;
        if (call["before"] is { Length: > 0 } before)
        {
            older = older.TakeWhile(i => i.Id != before);
        }

        return Ok(older.Take(limit).Select(i => i.Body));
    }

    public static bool InTime(Call call, DateTimeOffset at)
    {
        var ms = Number.Ms(at);
        return (!long.TryParse(call["begin"], NumberStyles.None, CultureInfo.InvariantCulture, out var begin) || ms >= begin)
            && (!long.TryParse(call["end"], NumberStyles.None, CultureInfo.InvariantCulture, out var end) || ms <= end);
    }

    /// <summary>HTTP 200 whatever came of it: 0 all done, 1 all failed, 2 some.</summary>
    public Answer Done(List<JsonObject> results, bool anyAccepted)
    {
        var failed = results.Count(r => r["sCode"]!.GetValue<string>() != "0");
        var micros = Number.Ms(exchange.Now(VenueKind.Okx)) * 1000;
        var body = new JsonObject
        {
            ["code"] = failed == 0 ? "0" : failed == results.Count ? "1" : "2",
            ["data"] = new JsonArray([.. results]),
            ["inTime"] = Number.Text(micros),
            ["msg"] = failed == 0 ? "" : failed == results.Count ? "All operations failed" : "Bulk operation partially succeeded.",
            ["outTime"] = Number.Text(micros + 900),
        };
        return anyAccepted ? Answer.Ok(body) : Answer.Refused(200, body);
    }

    public JsonObject Result(string id, string clientId, string code, string message) =>
        new() { ["clOrdId"] = clientId, ["ordId"] = id, ["sCode"] = code, ["sMsg"] = message, ["tag"] = "", ["ts"] = Number.MsText(exchange.Now(VenueKind.Okx)) };
}
