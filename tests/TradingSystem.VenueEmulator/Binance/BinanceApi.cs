using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Faults;
using TradingSystem.VenueEmulator.Http;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Binance;

/// <summary>fapi: who asks, how it is signed, what is where. The calls themselves are in the other parts.</summary>
public sealed class BinanceApi : VenueApi
{
    private readonly Dictionary<string, Route> _routes;
    private readonly Lock _counting = new();
    private (long Minute, int Weight, int Orders) _used;

    public BinanceApi(Exchange exchange, VenueClocks clocks)
        : base(exchange, clocks)
    {
        var market = new BinanceMarket(exchange);
        var orders = new BinanceOrders(exchange);
        var algos = new BinanceAlgos(exchange);
        var account = new BinanceAccount(exchange);
        ListenKeys = new(exchange, Authenticate);
        _routes = new Dictionary<string, Route>
        {
            ["GET /fapi/v1/ping"] = Public(_ => Answer.Ok(new JsonObject())),
            ["GET /fapi/v1/time"] = Public(_ => Answer.Ok(new JsonObject { ["serverTime"] = Number.Ms(Now) })),
            ["GET /fapi/v1/exchangeInfo"] = Public(_ => Answer.Ok(BinanceInstruments.Info(Now))),
            ["GET /fapi/v1/ticker/price"] = Public(market.TickerPrice),
            ["GET /fapi/v2/ticker/price"] = Public(market.TickerPrice),
            ["GET /fapi/v1/ticker/bookTicker"] = Public(market.BookTicker),
            ["GET /fapi/v1/ticker/24hr"] = Public(market.Ticker24),
            ["POST /fapi/v1/order"] = new(Operation.Place, true, 0, orders.PlaceOrder),
            ["POST /fapi/v1/order/test"] = new(Operation.Read, true, 0, _ => Answer.Ok(new JsonObject())),
            ["GET /fapi/v1/order"] = Read(orders.QueryOrder, 1),
            ["DELETE /fapi/v1/order"] = new(Operation.Cancel, true, 1, orders.CancelOrder),
            ["GET /fapi/v1/openOrders"] = Read(orders.OpenOrders, 1),
            ["GET /fapi/v1/allOrders"] = Read(orders.AllOrders, 5),
            ["POST /fapi/v1/countdownCancelAll"] = new(Operation.Settings, true, 10, orders.Countdown),
            ["POST /fapi/v1/algoOrder"] = new(Operation.Protect, true, 0, algos.PlaceAlgo),
            ["GET /fapi/v1/algoOrder"] = Read(algos.QueryAlgo, 1),
            ["DELETE /fapi/v1/algoOrder"] = new(Operation.Cancel, true, 1, algos.CancelAlgo),
            ["GET /fapi/v1/openAlgoOrders"] = Read(algos.OpenAlgos, 1),
            ["GET /fapi/v1/allAlgoOrders"] = Read(algos.AllAlgos, 5),
            ["POST /fapi/v1/leverage"] = Settings(account.SetLeverage),
            ["POST /fapi/v1/marginType"] = Settings(account.SetMarginType),
            ["POST /fapi/v1/positionSide/dual"] = Settings(account.SetPositionMode),
            ["GET /fapi/v1/positionSide/dual"] = Read(account.PositionMode, 30),
            ["GET /fapi/v3/positionRisk"] = Read(account.Positions, 5),
            ["GET /fapi/v1/symbolConfig"] = Read(account.SymbolConfig, 5),
            ["GET /fapi/v1/accountConfig"] = Read(account.AccountConfig, 5),
            ["GET /fapi/v3/balance"] = Read(account.Balance, 5),
            ["GET /fapi/v3/account"] = Read(account.AccountInformation, 5),
            ["GET /fapi/v1/userTrades"] = Read(account.UserTrades, 5),
            ["GET /fapi/v1/income"] = Read(account.Income, 30),
            ["GET /fapi/v1/commissionRate"] = Read(account.CommissionRate, 20),
            // The listen key goes by the key alone.
            ["POST /fapi/v1/listenKey"] = new(Operation.Stream, false, 1, ListenKeys.OpenListenKey),
            ["PUT /fapi/v1/listenKey"] = new(Operation.Stream, false, 1, ListenKeys.KeepListenKey),
            ["DELETE /fapi/v1/listenKey"] = new(Operation.Stream, false, 1, ListenKeys.CloseListenKey),
        };
    }

    /// <summary>Who may listen to whose stream.</summary>
    public BinanceListenKeys ListenKeys { get; }

    public override VenueKind Venue => VenueKind.Binance;

    protected override IReadOnlyDictionary<string, Route> Routes => _routes;

    protected override string? KeyOf(Call call) => call.Header("X-MBX-APIKEY");

    protected override Answer? Refuse(Call call, Route route)
    {
        if (Authenticate(call) is { } refused)
        {
            return refused;
        }

        var given = Parameters.Of(call);
        if (!long.TryParse(given["timestamp"], NumberStyles.None, CultureInfo.InvariantCulture, out var timestamp))
        {
            return BinanceErrors.Missing("timestamp");
        }

        var window = 5000L;
        if (given["recvWindow"] is { } text && !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out window))
        {
            return BinanceErrors.Of(-1100, "Illegal characters found in parameter 'recvWindow'; legal range is '^[0-9]{1,20}$'.");
        }

        if (window > 60_000)
        {
            return BinanceErrors.Of(-1131, "recvWindow must be less than 60000");
        }

        var (payload, signature) = Parameters.Signed(call);
        if (signature is null)
        {
            return BinanceErrors.Missing("signature");
        }

        if (!Signing.Same(Signing.Hex(call.Account.Secret, payload), signature.ToLowerInvariant()))
        {
            return BinanceErrors.Of(-1022, "Signature for this request is not valid.");
        }

        var server = Number.Ms(Now);
        return timestamp >= server + 1000 ? BinanceErrors.Of(-1021, "Timestamp for this request was 1000ms ahead of the server's time.")
            : server - timestamp > window ? BinanceErrors.Of(-1021, "Timestamp for this request is outside of the recvWindow.")
            : route.Operation is Operation.Place or Operation.Protect or Operation.Cancel or Operation.Settings && call.Account.Permission != Permission.Trade ? NoPermission()
            : null;
    }

    protected override void Describe(HttpContext context, Call call, Route route)
    {
        lock (_counting)
        {
            var minute = Number.Ms(Now) / 60_000;
            if (minute != _used.Minute)
            {
                _used = (minute, 0, 0);
            }

            _used.Weight += route.Weight;
            context.Response.Headers["X-MBX-USED-WEIGHT-1M"] = Number.Text(_used.Weight);
            if (route.Operation is Operation.Place or Operation.Protect)
            {
                _used.Orders++;
                context.Response.Headers["X-MBX-ORDER-COUNT-10S"] = Number.Text(_used.Orders);
                context.Response.Headers["X-MBX-ORDER-COUNT-1M"] = Number.Text(_used.Orders);
            }
        }
    }

    protected override Answer UnknownPath(Call call) => BinanceErrors.Of(-5000, $"Path {call.Path}, Method {call.Method} is invalid", 404);

    protected override Answer UnknownOutcome(Call call) => BinanceErrors.Of(-1000, "Unknown error, please check your request or try again later.", 503);

    protected override Answer CertainFailure(HttpContext context, Call call) =>
        BinanceErrors.Of(-1008, "Request throttled by system-level protection. Reduce-only/close-position orders are exempt. Please try again.", 503);

    protected override Answer TooMany(HttpContext context, Call call)
    {
        context.Response.Headers["X-MBX-USED-WEIGHT-1M"] = "2401";
        return BinanceErrors.Of(-1003, "Too many requests; current limit is 2400 requests per minute. Please use the websocket for live updates to avoid polling the API.", 429);
    }

    protected override Answer Duplicate(Call call) =>
        call.Path.EndsWith("algoOrder", StringComparison.Ordinal)
            ? BinanceErrors.Algo(new Refusal(Reason.DuplicateClientId))
            : BinanceErrors.Order(new Refusal(Reason.DuplicateClientId));

    private static Route Public(Func<Call, Answer> handle) => new(Operation.Public, false, 1, handle);

    private static Route Read(Func<Call, Answer> handle, int weight) => new(Operation.Read, true, weight, handle);

    private static Route Settings(Func<Call, Answer> handle) => new(Operation.Settings, true, 1, handle);

    private static Answer NoPermission() => BinanceErrors.Of(-2015, "Invalid API-key, IP, or permissions for action.", 401);

    /// <summary>The account of the key, or why there is none.</summary>
    private Answer? Authenticate(Call call)
    {
        var key = KeyOf(call);
        if (string.IsNullOrEmpty(key))
        {
            return BinanceErrors.Of(-2014, "API-key format invalid.", 401);
        }

        if (Exchange.Find(Venue, key) is not { Permission: not Permission.None } account)
        {
            return NoPermission();
        }

        call.Account = account;
        return null;
    }
}
