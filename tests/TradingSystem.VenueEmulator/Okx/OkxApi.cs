using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Faults;
using TradingSystem.VenueEmulator.Http;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Okx;

/// <summary>v5 for swaps: who asks, how it is signed, what is where.</summary>
public sealed class OkxApi : VenueApi
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(30);
    private readonly Dictionary<string, Route> _routes;
    private readonly OkxReplies _replies;
    private int _unknowns;

    public OkxApi(Exchange exchange, VenueClocks clocks)
        : base(exchange, clocks)
    {
        _replies = new(exchange);
        var market = new OkxMarket(exchange);
        var orders = new OkxOrders(exchange, _replies);
        var algos = new OkxAlgos(exchange, _replies);
        var account = new OkxAccount(exchange);
        _routes = new Dictionary<string, Route>
        {
            ["GET /api/v5/public/time"] = Public(_ => OkxReplies.Ok(new JsonObject { ["ts"] = Number.MsText(Now) })),
            ["GET /api/v5/public/instruments"] = Public(market.InstrumentList),
            ["GET /api/v5/market/ticker"] = Public(market.Ticker),
            ["GET /api/v5/market/tickers"] = Public(market.Ticker),
            ["POST /api/v5/trade/order"] = new(Operation.Place, true, 1, orders.Place),
            ["POST /api/v5/trade/batch-orders"] = new(Operation.Place, true, 1, orders.PlaceBatch),
            ["GET /api/v5/trade/order"] = Read(orders.QueryOrder),
            ["POST /api/v5/trade/cancel-order"] = new(Operation.Cancel, true, 1, orders.CancelOrder),
            ["GET /api/v5/trade/orders-pending"] = Read(orders.PendingOrders),
            ["GET /api/v5/trade/orders-history"] = Read(orders.OrderHistory),
            ["GET /api/v5/trade/orders-history-archive"] = Read(orders.OrderHistory),
            ["GET /api/v5/trade/fills"] = Read(orders.Fills),
            ["GET /api/v5/trade/fills-history"] = Read(orders.Fills),
            ["POST /api/v5/trade/close-position"] = new(Operation.Place, true, 1, orders.ClosePosition),
            ["POST /api/v5/trade/cancel-all-after"] = new(Operation.Settings, true, 1, orders.CancelAllAfter),
            ["POST /api/v5/trade/order-algo"] = new(Operation.Protect, true, 1, algos.PlaceAlgo),
            ["GET /api/v5/trade/order-algo"] = Read(algos.QueryAlgo),
            ["POST /api/v5/trade/cancel-algos"] = new(Operation.Cancel, true, 1, algos.CancelAlgos),
            ["GET /api/v5/trade/orders-algo-pending"] = Read(algos.PendingAlgos),
            ["GET /api/v5/trade/orders-algo-history"] = Read(algos.AlgoHistory),
            ["GET /api/v5/account/config"] = Read(OkxAccount.AccountConfig),
            ["POST /api/v5/account/set-position-mode"] = Settings(account.SetPositionMode),
            ["POST /api/v5/account/set-leverage"] = Settings(account.SetLeverage),
            ["GET /api/v5/account/leverage-info"] = Read(OkxAccount.LeverageInfo),
            ["GET /api/v5/account/positions"] = Read(account.Positions),
            ["GET /api/v5/account/balance"] = Read(_ => OkxReplies.Ok(OkxShapes.Balance(_.Account, Exchange, Now))),
            ["GET /api/v5/account/bills"] = Read(OkxAccount.Bills),
            ["GET /api/v5/account/bills-archive"] = Read(OkxAccount.Bills),
            ["GET /api/v5/account/trade-fee"] = Read(account.TradeFee),
        };
    }

    public override VenueKind Venue => VenueKind.Okx;

    protected override IReadOnlyDictionary<string, Route> Routes => _routes;

    protected override string? KeyOf(Call call) => call.Header("OK-ACCESS-KEY");

    protected override Answer? Refuse(Call call, Route route)
    {
        foreach (var (name, code) in new[] { ("OK-ACCESS-KEY", "50103"), ("OK-ACCESS-PASSPHRASE", "50104"), ("OK-ACCESS-SIGN", "50106"), ("OK-ACCESS-TIMESTAMP", "50107") })
        {
            if (string.IsNullOrEmpty(call.Header(name)))
            {
                return OkxReplies.Denied(code, $"Request header {name} can't be empty.");
            }
        }

        var time = call.Header("OK-ACCESS-TIMESTAMP")!;
        if (!DateTimeOffset.TryParseExact(time, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var sent))
        {
            return OkxReplies.Denied("50112", "Invalid OK-ACCESS-TIMESTAMP");
        }

        if ((Now - sent).Duration() > Tolerance)
        {
            return OkxReplies.Denied("50102", "Timestamp request expired");
        }

        if (Exchange.Find(Venue, KeyOf(call)) is not { Permission: not Permission.None } account)
        {
            return OkxReplies.Denied("50111", "Invalid OK-ACCESS-KEY");
        }

        if (account.IsDemo != (call.Header("x-simulated-trading") == "1"))
        {
            return OkxReplies.Denied("50101", "APIKey does not match current environment.");
        }

        var path = call.RawQuery.Length > 0 ? $"{call.Path}?{call.RawQuery}" : call.Path;
        if (!Signing.Same(Signing.Base64(account.Secret, time + call.Method + path + call.Body), call.Header("OK-ACCESS-SIGN")))
        {
            return OkxReplies.Denied("50113", "Invalid Sign");
        }

        if (!Signing.Same(account.Passphrase, call.Header("OK-ACCESS-PASSPHRASE")))
        {
            return OkxReplies.Denied("50105", "Request header OK-ACCESS-PASSPHRASE incorrect.");
        }

        call.Account = account;
        return call.Method != "POST" ? null
            : account.Permission != Permission.Trade ? OkxReplies.Denied("50120", "This API key doesn't have permission to use this function")
            : call.Header("Content-Type")?.StartsWith("application/json", StringComparison.Ordinal) != true ? OkxReplies.Failed(
                "50006", "Invalid Content-Type, please use application/json", 400)
            : call.Json is null ? OkxReplies.Failed("50002", "JSON syntax error", 400)
            : long.TryParse(call.Header("expTime"), NumberStyles.None, CultureInfo.InvariantCulture, out var end)
                && end < Number.Ms(Now) ? OkxReplies.Failed(
                    "50036", "The expTime can't be earlier than the current system time. Please adjust the expTime and try again.")
            : null;
    }

    /// <summary>The venue tells nothing about its limits.</summary>
    protected override void Describe(HttpContext context, Call call, Route route)
    {
    }

    protected override Answer UnknownPath(Call call) => OkxReplies.Failed("50000", "Body for POST request cannot be empty or path unknown.", 404);

    /// <summary>It says so in three ways.</summary>
    protected override Answer UnknownOutcome(Call call) => (Interlocked.Increment(ref _unknowns) % 3) switch
    {
        0 => OkxReplies.Failed("50004", "API endpoint request timeout (does not mean that the request was successful or failed, please check the request result).", 400),
        1 => OkxReplies.Failed("51149", "Order timed out. Please try again. (does not mean that the request was successful or failed, please check the request result)", 500),
        _ => Answer.Refused(
            500,
            new JsonObject { ["code"] = 500, ["data"] = new JsonObject(), ["detailMsg"] = "", ["error_code"] = "500", ["error_message"] = "Internal Server Error", ["msg"] = "Internal Server Error" }),
    };

    protected override Answer CertainFailure(HttpContext context, Call call) => OkxReplies.Failed("50013", "Systems are busy. Please try again later.", 429);

    protected override Answer TooMany(HttpContext context, Call call) => OkxReplies.Failed("50011", "Too Many Requests", 429);

    protected override Answer Duplicate(Call call) =>
        call.Path.EndsWith("algo", StringComparison.Ordinal)
            ? _replies.Done([OkxReplies.AlgoResult(null, "", "51065", "algoClOrdId already exists.")], false)
            : _replies.Done([_replies.Result("", "", "51016", "Client order ID already exists.")], false);

    private static Route Public(Func<Call, Answer> handle) => new(Operation.Public, false, 1, handle);

    private static Route Read(Func<Call, Answer> handle) => new(Operation.Read, true, 1, handle);

    private static Route Settings(Func<Call, Answer> handle) => new(Operation.Settings, true, 1, handle);
}
