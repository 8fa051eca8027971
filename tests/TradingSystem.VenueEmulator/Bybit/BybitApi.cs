using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Faults;
using TradingSystem.VenueEmulator.Http;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Bybit;

/// <summary>v5 for linear contracts: who asks, how it is signed, what is where.</summary>
public sealed class BybitApi : VenueApi
{
    private readonly Dictionary<string, Route> _routes;
    private readonly BybitReplies _replies;
    private int _unknowns;

    public BybitApi(Exchange exchange, VenueClocks clocks)
        : base(exchange, clocks)
    {
        _replies = new(exchange);
        var market = new BybitMarket(exchange, _replies);
        var orders = new BybitOrders(exchange, _replies);
        var account = new BybitAccount(exchange, _replies);
        _routes = new Dictionary<string, Route>
        {
            ["GET /v5/market/time"] = Public(_ => _replies.Ok(new JsonObject { ["timeSecond"] = Number.Text(Number.Ms(Now) / 1000), ["timeNano"] = $"{Number.Ms(Now)}000000" })),
            ["GET /v5/market/instruments-info"] = Public(market.InstrumentsInfo),
            ["GET /v5/market/tickers"] = Public(market.Tickers),
            ["POST /v5/order/create"] = new(Operation.Place, true, 1, orders.Create),
            ["POST /v5/order/cancel"] = new(Operation.Cancel, true, 1, orders.Cancel),
            ["GET /v5/order/realtime"] = Read(orders.Realtime),
            ["GET /v5/order/history"] = Read(orders.History),
            ["GET /v5/execution/list"] = Read(account.Executions),
            ["GET /v5/position/list"] = Read(account.Positions),
            ["POST /v5/position/trading-stop"] = new(Operation.Protect, true, 1, account.TradingStop),
            ["POST /v5/position/set-leverage"] = Settings(account.SetLeverage),
            ["POST /v5/position/switch-mode"] = Settings(account.SwitchMode),
            ["POST /v5/account/set-margin-mode"] = Settings(account.SetMarginMode),
            ["GET /v5/account/info"] = Read(account.AccountInfo),
            ["GET /v5/account/wallet-balance"] = Read(account.WalletBalance),
            ["GET /v5/user/query-api"] = Read(account.QueryApi),
        };
    }

    public override VenueKind Venue => VenueKind.Bybit;

    protected override IReadOnlyDictionary<string, Route> Routes => _routes;

    protected override string? KeyOf(Call call) => call.Header("X-BAPI-API-KEY");

    protected override Answer? Refuse(Call call, Route route)
    {
        var (key, time, sign) = (KeyOf(call), call.Header("X-BAPI-TIMESTAMP"), call.Header("X-BAPI-SIGN"));
        if (string.IsNullOrEmpty(key) || string.IsNullOrEmpty(sign) || !long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var timestamp))
        {
            return _replies.Refused(10001, $"empty value: apiTimestamp[{time}] apiKey[{key}] apiSignature[{sign}]: openapi sign params error!");
        }

        if (Exchange.Find(Venue, key) is not { Permission: not Permission.None } account)
        {
            return _replies.Refused(10003, "API key is invalid.");
        }

        call.Account = account;
        var windowText = call.Header("X-BAPI-RECV-WINDOW");
        var window = long.TryParse(windowText, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 5000;
        var server = Number.Ms(Now);
        if (timestamp >= server + 1000 || timestamp < server - window)
        {
            return _replies.Refused(
                10002,
                $"invalid request, please check your server timestamp or recv_window param. req_timestamp[{timestamp}],server_timestamp[{server}],recv_window[{window}]");
        }

        // A GET signs its query, a POST its body, byte for byte.
        var payload = $"{time}{key}{windowText}{(call.Method == "GET" ? call.RawQuery : call.Body)}";
        if (!Signing.Same(Signing.Hex(account.Secret, payload), sign))
        {
            return _replies.Refused(10004, $"error sign! origin_string[{time}{key}{windowText}…]");
        }

        if (call.Method == "POST" && call.Json is not JsonObject)
        {
            return _replies.Refused(10001, "Request parameter error.");
        }

        return call.Method == "POST" && account.Permission != Permission.Trade ? _replies.Refused(10005, "Permission denied, please check your API key permissions.") : null;
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
        1 => _replies.Refused(10016, "Internal System Error."),
        _ => _replies.Refused(10000, "Server Timeout"),
    };

    protected override Answer CertainFailure(HttpContext context, Call call)
    {
        LimitReached(context);
        return Answer.Refused(429, _replies.Body(10429, "System level frequency protection, please retry later", new JsonObject()));
    }

    protected override Answer TooMany(HttpContext context, Call call)
    {
        LimitReached(context);
        return _replies.Refused(10006, "Too many visits. Exceeded the API Rate Limit.");
    }

    protected override Answer Duplicate(Call call) => _replies.Refused(new Refusal(Reason.DuplicateClientId));

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
}
