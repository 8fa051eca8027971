using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Faults;
using TradingSystem.VenueEmulator.Http;

namespace TradingSystem.VenueEmulator.Okx;

/// <summary>v5 for swaps: who asks, how it is signed, what is where.</summary>
public sealed partial class OkxApi : VenueApi
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(30);
    private readonly Dictionary<string, Route> _routes;
    private int _unknowns;

    public OkxApi(Exchange exchange, VenueClocks clocks)
        : base(exchange, clocks) =>
        _routes = new Dictionary<string, Route>
        {
            ["GET /api/v5/public/time"] = Public(_ => Ok(new JsonObject { ["ts"] = Number.MsText(Now) })),
            ["GET /api/v5/public/instruments"] = Public(InstrumentList),
            ["GET /api/v5/public/mark-price"] = Public(MarkPrice),
            ["GET /api/v5/market/ticker"] = Public(Ticker),
            ["GET /api/v5/market/tickers"] = Public(Ticker),
            ["POST /api/v5/trade/order"] = new(Operation.Place, true, 1, Place),
            ["POST /api/v5/trade/batch-orders"] = new(Operation.Place, true, 1, PlaceBatch),
            ["GET /api/v5/trade/order"] = Read(QueryOrder),
            ["POST /api/v5/trade/cancel-order"] = new(Operation.Cancel, true, 1, CancelOrder),
            ["POST /api/v5/trade/cancel-batch-orders"] = new(Operation.Cancel, true, 1, CancelBatch),
            ["GET /api/v5/trade/orders-pending"] = Read(PendingOrders),
            ["GET /api/v5/trade/orders-history"] = Read(OrderHistory),
            ["GET /api/v5/trade/orders-history-archive"] = Read(OrderHistory),
            ["GET /api/v5/trade/fills"] = Read(Fills),
            ["GET /api/v5/trade/fills-history"] = Read(Fills),
            ["POST /api/v5/trade/close-position"] = new(Operation.Place, true, 1, ClosePosition),
            ["POST /api/v5/trade/cancel-all-after"] = new(Operation.Settings, true, 1, CancelAllAfter),
            ["POST /api/v5/trade/order-algo"] = new(Operation.Protect, true, 1, PlaceAlgo),
            ["GET /api/v5/trade/order-algo"] = Read(QueryAlgo),
            ["POST /api/v5/trade/cancel-algos"] = new(Operation.Cancel, true, 1, CancelAlgos),
            ["GET /api/v5/trade/orders-algo-pending"] = Read(PendingAlgos),
            ["GET /api/v5/trade/orders-algo-history"] = Read(AlgoHistory),
            ["GET /api/v5/account/config"] = Read(AccountConfig),
            ["POST /api/v5/account/set-position-mode"] = Settings(SetPositionMode),
            ["POST /api/v5/account/set-leverage"] = Settings(SetLeverage),
            ["GET /api/v5/account/leverage-info"] = Read(LeverageInfo),
            ["GET /api/v5/account/positions"] = Read(Positions),
            ["GET /api/v5/account/positions-history"] = Read(PositionsHistory),
            ["GET /api/v5/account/balance"] = Read(_ => Ok(OkxShapes.Balance(_.Account, Exchange, Now))),
            ["GET /api/v5/account/bills"] = Read(Bills),
            ["GET /api/v5/account/bills-archive"] = Read(Bills),
            ["GET /api/v5/account/trade-fee"] = Read(TradeFee),
        };

    public override VenueKind Venue => VenueKind.Okx;

    protected override IReadOnlyDictionary<string, Route> Routes => _routes;

    protected override string? KeyOf(Call call) => call.Header("OK-ACCESS-KEY");

    protected override Answer? Refuse(Call call, Route route)
    {
        foreach (var (name, code) in new[] { ("OK-ACCESS-KEY", "50103"), ("OK-ACCESS-PASSPHRASE", "50104"), ("OK-ACCESS-SIGN", "50106"), ("OK-ACCESS-TIMESTAMP", "50107") })
        {
            if (string.IsNullOrEmpty(call.Header(name)))
            {
                return Denied(code, $"Request header {name} can't be empty.");
            }
        }

        var time = call.Header("OK-ACCESS-TIMESTAMP")!;
        if (!DateTimeOffset.TryParseExact(time, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var sent))
        {
            return Denied("50112", "Invalid OK-ACCESS-TIMESTAMP");
        }

        if ((Now - sent).Duration() > Tolerance)
        {
            return Denied("50102", "Timestamp request expired");
        }

        if (Exchange.Find(Venue, KeyOf(call)) is not { Permission: not Permission.None } account)
        {
            return Denied("50111", "Invalid OK-ACCESS-KEY");
        }

        if (account.IsDemo != (call.Header("x-simulated-trading") == "1"))
        {
            return Denied("50101", "APIKey does not match current environment.");
        }

        var path = call.RawQuery.Length > 0 ? $"{call.Path}?{call.RawQuery}" : call.Path;
        if (!Signing.Same(Signing.Base64(account.Secret, time + call.Method + path + call.Body), call.Header("OK-ACCESS-SIGN")))
        {
            return Denied("50113", "Invalid Sign");
        }

        if (!Signing.Same(account.Passphrase, call.Header("OK-ACCESS-PASSPHRASE")))
        {
            return Denied("50105", "Request header OK-ACCESS-PASSPHRASE incorrect.");
        }

        call.Account = account;
        return call.Method != "POST" ? null
            : account.Permission != Permission.Trade ? Denied("50120", "This API key doesn't have permission to use this function")
            : call.Header("Content-Type")?.StartsWith("application/json", StringComparison.Ordinal) != true ? Failed("50006", "Invalid Content-Type, please use application/json", 400)
            : call.Json is null ? Failed("50002", "JSON syntax error", 400)
            : long.TryParse(call.Header("expTime"), NumberStyles.None, CultureInfo.InvariantCulture, out var end) && end < Number.Ms(Now) ? Failed("50036", "The expTime can't be earlier than the current system time. Please adjust the expTime and try again.")
            : null;
    }

    /// <summary>The venue tells nothing about its limits.</summary>
    protected override void Describe(HttpContext context, Call call, Route route)
    {
    }

    protected override Answer UnknownPath(Call call) => Failed("50000", "Body for POST request cannot be empty or path unknown.", 404);

    /// <summary>It says so in three ways.</summary>
    protected override Answer UnknownOutcome(Call call) => (Interlocked.Increment(ref _unknowns) % 3) switch
    {
        0 => Failed("50004", "API endpoint request timeout (does not mean that the request was successful or failed, please check the request result).", 400),
        1 => Failed("51149", "Order timed out. Please try again. (does not mean that the request was successful or failed, please check the request result)", 500),
        _ => Answer.Refused(500, new JsonObject { ["code"] = 500, ["data"] = new JsonObject(), ["detailMsg"] = "", ["error_code"] = "500", ["error_message"] = "Internal Server Error", ["msg"] = "Internal Server Error" }),
    };

    protected override Answer CertainFailure(HttpContext context, Call call) => Failed("50013", "Systems are busy. Please try again later.", 429);

    protected override Answer TooMany(HttpContext context, Call call) => Failed("50011", "Too Many Requests", 429);

    protected override Answer Duplicate(Call call) =>
        call.Path.EndsWith("algo", StringComparison.Ordinal)
            ? Done([AlgoResult(null, "", "51065", "algoClOrdId already exists.")], false)
            : Done([Result("", "", "51016", "Client order ID already exists.")], false);

    private static Route Public(Func<Call, Answer> handle) => new(Operation.Public, false, 1, handle);

    private static Route Read(Func<Call, Answer> handle) => new(Operation.Read, true, 1, handle);

    private static Route Settings(Func<Call, Answer> handle) => new(Operation.Settings, true, 1, handle);

    private static Answer Ok(params IEnumerable<JsonNode> data) =>
        Answer.Ok(new JsonObject { ["code"] = "0", ["data"] = new JsonArray([.. data]), ["msg"] = "" });

    private static Answer Failed(string code, string message, int status = 200) =>
        Answer.Refused(status, new JsonObject { ["code"] = code, ["data"] = new JsonArray(), ["msg"] = message });

    private static Answer Denied(string code, string message) => Answer.Refused(401, new JsonObject { ["msg"] = message, ["code"] = code });

    /// <summary>HTTP 200 whatever came of it: 0 all done, 1 all failed, 2 some.</summary>
    private Answer Done(List<JsonObject> results, bool anyAccepted)
    {
        var failed = results.Count(r => r["sCode"]!.GetValue<string>() != "0");
        var micros = Number.Ms(Now) * 1000;
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

    private JsonObject Result(string id, string clientId, string code, string message) =>
        new() { ["clOrdId"] = clientId, ["ordId"] = id, ["sCode"] = code, ["sMsg"] = message, ["tag"] = "", ["ts"] = Number.MsText(Now) };

    private static JsonObject AlgoResult(string? clientId, string id, string code, string message) =>
        new() { ["algoClOrdId"] = clientId ?? "", ["algoId"] = id, ["clOrdId"] = "", ["sCode"] = code, ["sMsg"] = message, ["tag"] = "" };

    /// <summary>Texts, as the venue wants them; it also takes bare numbers.</summary>
    private static string? Text(JsonNode? body, string name) => body?[name] is JsonValue value && value.ToString() is { Length: > 0 } text ? text : null;

    private static bool Flag(JsonNode? body, string name) => string.Equals(Text(body, name), "true", StringComparison.OrdinalIgnoreCase);

    private static PositionSide PositionSideOf(string? word) => word switch { "long" => PositionSide.Long, "short" => PositionSide.Short, _ => PositionSide.Net };

    /// <summary>Newest first; <c>after</c> asks for what is older than an id.</summary>
    private static Answer Page(Call call, IEnumerable<(string Id, JsonNode Body)> newestFirst)
    {
        var limit = int.TryParse(call["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? Math.Clamp(given, 1, 100) : 100;
        var older = call["after"] is { Length: > 0 } after ? newestFirst.SkipWhile(i => i.Id != after).Skip(1) : newestFirst;
        if (call["before"] is { Length: > 0 } before)
        {
            older = older.TakeWhile(i => i.Id != before);
        }

        return Ok(older.Take(limit).Select(i => i.Body));
    }

    private static bool InTime(Call call, DateTimeOffset at)
    {
        var ms = Number.Ms(at);
        return (!long.TryParse(call["begin"], NumberStyles.None, CultureInfo.InvariantCulture, out var begin) || ms >= begin)
            && (!long.TryParse(call["end"], NumberStyles.None, CultureInfo.InvariantCulture, out var end) || ms <= end);
    }
}
