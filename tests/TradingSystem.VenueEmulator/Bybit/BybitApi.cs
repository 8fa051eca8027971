using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Faults;
using TradingSystem.VenueEmulator.Http;

namespace TradingSystem.VenueEmulator.Bybit;

/// <summary>v5 for linear contracts: who asks, how it is signed, what is where.</summary>
public sealed partial class BybitApi : VenueApi
{
    private readonly Dictionary<string, Route> _routes;
    private int _unknowns;

    public BybitApi(Exchange exchange, VenueClocks clocks)
        : base(exchange, clocks) =>
        _routes = new Dictionary<string, Route>
        {
            ["GET /v5/market/time"] = Public(_ => Ok(new JsonObject { ["timeSecond"] = Number.Text(Number.Ms(Now) / 1000), ["timeNano"] = $"{Number.Ms(Now)}000000" })),
            ["GET /v5/market/instruments-info"] = Public(InstrumentsInfo),
            ["GET /v5/market/tickers"] = Public(Tickers),
            ["POST /v5/order/create"] = new(Operation.Place, true, 1, Create),
            ["POST /v5/order/cancel"] = new(Operation.Cancel, true, 1, Cancel),
            ["POST /v5/order/cancel-all"] = new(Operation.Cancel, true, 1, CancelAll),
            ["GET /v5/order/realtime"] = Read(Realtime),
            ["GET /v5/order/history"] = Read(History),
            ["GET /v5/execution/list"] = Read(Executions),
            ["GET /v5/position/list"] = Read(Positions),
            ["GET /v5/position/closed-pnl"] = Read(ClosedPnl),
            ["POST /v5/position/trading-stop"] = new(Operation.Protect, true, 1, TradingStop),
            ["POST /v5/position/set-leverage"] = Settings(SetLeverage),
            ["POST /v5/position/switch-mode"] = Settings(SwitchMode),
            ["POST /v5/account/set-margin-mode"] = Settings(SetMarginMode),
            ["GET /v5/account/info"] = Read(AccountInfo),
            ["GET /v5/account/wallet-balance"] = Read(WalletBalance),
            ["GET /v5/user/query-api"] = Read(QueryApi),
        };

    public override VenueKind Venue => VenueKind.Bybit;

    protected override IReadOnlyDictionary<string, Route> Routes => _routes;

    protected override string? KeyOf(Call call) => call.Header("X-BAPI-API-KEY");

    protected override Answer? Refuse(Call call, Route route)
    {
        var (key, time, sign) = (KeyOf(call), call.Header("X-BAPI-TIMESTAMP"), call.Header("X-BAPI-SIGN"));
        if (string.IsNullOrEmpty(key) || string.IsNullOrEmpty(sign) || !long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var timestamp))
        {
            return Refused(10001, $"empty value: apiTimestamp[{time}] apiKey[{key}] apiSignature[{sign}]: openapi sign params error!");
        }

        if (Exchange.Find(Venue, key) is not { Permission: not Permission.None } account)
        {
            return Refused(10003, "API key is invalid.");
        }

        call.Account = account;
        var windowText = call.Header("X-BAPI-RECV-WINDOW");
        var window = long.TryParse(windowText, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 5000;
        var server = Number.Ms(Now);
        if (timestamp >= server + 1000 || timestamp < server - window)
        {
            return Refused(10002, $"invalid request, please check your server timestamp or recv_window param. req_timestamp[{timestamp}],server_timestamp[{server}],recv_window[{window}]");
        }

        // A GET signs its query, a POST its body, byte for byte.
        var payload = $"{time}{key}{windowText}{(call.Method == "GET" ? call.RawQuery : call.Body)}";
        if (!Signing.Same(Signing.Hex(account.Secret, payload), sign))
        {
            return Refused(10004, $"error sign! origin_string[{time}{key}{windowText}…]");
        }

        if (call.Method == "POST" && call.Json is not JsonObject)
        {
            return Refused(10001, "Request parameter error.");
        }

        return call.Method == "POST" && account.Permission != Permission.Trade ? Refused(10005, "Permission denied, please check your API key permissions.") : null;
    }

    protected override void Describe(HttpContext context, Call call, Route route)
    {
        if (route.Signed)
        {
            context.Response.Headers["X-Bapi-Limit"] = "10";
            context.Response.Headers["X-Bapi-Limit-Status"] = "9";
            context.Response.Headers["X-Bapi-Limit-Reset-Timestamp"] = Number.MsText(Now);
        }
    }

    protected override Answer UnknownPath(Call call) => Answer.Refused(404, new JsonObject());

    /// <summary>A gateway's 504, a 10000 and a 10016 in turn: the venue says it in three ways.</summary>
    protected override Answer UnknownOutcome(Call call) => (Interlocked.Increment(ref _unknowns) % 3) switch
    {
        0 => Answer.Refused(504, new JsonObject { ["message"] = "The upstream server is timing out" }),
        1 => Refused(10016, "Internal System Error."),
        _ => Refused(10000, "Server Timeout"),
    };

    protected override Answer CertainFailure(HttpContext context, Call call)
    {
        LimitReached(context);
        return Answer.Refused(429, Body(10429, "System level frequency protection, please retry later", new JsonObject()));
    }

    protected override Answer TooMany(HttpContext context, Call call)
    {
        LimitReached(context);
        return Refused(10006, "Too many visits. Exceeded the API Rate Limit.");
    }

    protected override Answer Duplicate(Call call) => Refused(new Refusal(Reason.DuplicateClientId));

    private void LimitReached(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "1";
        context.Response.Headers["X-Bapi-Limit"] = "10";
        context.Response.Headers["X-Bapi-Limit-Status"] = "0";
        context.Response.Headers["X-Bapi-Limit-Reset-Timestamp"] = Number.MsText(Now + TimeSpan.FromSeconds(1));
    }

    private static Route Public(Func<Call, Answer> handle) => new(Operation.Public, false, 1, handle);

    private static Route Read(Func<Call, Answer> handle) => new(Operation.Read, true, 1, handle);

    private static Route Settings(Func<Call, Answer> handle) => new(Operation.Settings, true, 1, handle);

    private Answer Ok(JsonObject result) => Answer.Ok(Body(0, "OK", result));

    private Answer Refused(int code, string message) => Answer.Refused(200, Body(code, message, new JsonObject()));

    private Answer Refused(Refusal refusal)
    {
        var (code, message) = BybitErrors.Of(refusal);
        return Refused(code, message);
    }

    private JsonObject Body(int code, string message, JsonObject result) =>
        new() { ["retCode"] = code, ["retMsg"] = message, ["result"] = result, ["retExtInfo"] = new JsonObject(), ["time"] = Number.Ms(Now) };

    /// <summary>Newest first, cut to a page; the cursor is where the next one begins.</summary>
    private Answer Page(Call call, int usual, int most, IEnumerable<JsonNode> newestFirst)
    {
        var limit = int.TryParse(call["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? Math.Clamp(given, 1, most) : usual;
        var skip = int.TryParse(Uri.UnescapeDataString(call["cursor"] ?? "").Replace("page:", "", StringComparison.Ordinal), NumberStyles.None, CultureInfo.InvariantCulture, out var from) ? from : 0;
        var page = newestFirst.Skip(skip).Take(limit + 1).ToList();
        var more = page.Count > limit;
        return Ok(new JsonObject
        {
            ["list"] = new JsonArray([.. page.Take(limit)]),
            ["nextPageCursor"] = more ? Uri.EscapeDataString($"page:{skip + limit}") : "",
            ["category"] = "linear",
        });
    }

    /// <summary>Text fields must be texts: the venue takes no bare numbers for them.</summary>
    private static string? Text(Call call, string name) =>
        call.Json?[name] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0 ? text : null;

    private static bool Flag(Call call, string name) => call.Json?[name] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    private static int? Integer(Call call, string name) => call.Json?[name] is JsonValue value && value.TryGetValue<int>(out var number) ? number : null;

    private static PositionSide? PositionOf(Call call) => (Integer(call, "positionIdx") ?? 0) switch
    {
        0 => PositionSide.Net,
        1 => PositionSide.Long,
        2 => PositionSide.Short,
        _ => null,
    };
}
