namespace TradingSystem.Tests.Venues;

/// <summary>Where a request of ours may differ from the oracle's, and why. A rule that is not needed for a case does not touch it.</summary>
internal static class OracleDeviations
{
    private const string OneByOne = "orders are cancelled one by one, each by its id";
    private const string NoMark = "the mark price is read with the positions and not by itself";
    private const string FromFills = "what closing earned is booked from the fills";

    /// <summary>Another path for the same intent.</summary>
    public static readonly IReadOnlyDictionary<string, (string Ours, string Why)> Paths = new Dictionary<string, (string, string)>
    {
        ["/api/v5/trade/batch-orders"] = ("/api/v5/trade/order", "ccxt sends single OKX orders as a batch of one"),
        ["/fapi/v1/order/test"] = ("/fapi/v1/order", "the test call takes what the real one takes; we have no use for an order without effect"),
        ["/fapi/v3/account"] = ("/fapi/v3/balance", "balances and positions are read apart"),
        ["/fapi/v2/account"] = ("/fapi/v3/balance", "balances and positions are read apart"),
        ["/fapi/v2/balance"] = ("/fapi/v3/balance", "the newer version of the same"),
        ["/fapi/v2/positionRisk"] = ("/fapi/v3/positionRisk", "the newer version of the same"),
        ["/api/v5/trade/fills"] = ("/api/v5/trade/fills-history", "the same for three months instead of three days"),
        ["/api/v5/account/bills"] = ("/api/v5/account/bills-archive", "the same for three months instead of seven days"),
    };

    /// <summary>Operations that the adapters do not have, by ccxt method or path.</summary>
    private static readonly IReadOnlyDictionary<string, string> NoOperation = new Dictionary<string, string>
    {
        ["fetchOHLCV"] = "candles belong to the market feed, not to execution",
        ["fetchLedger"] = "the account's whole ledger is not read: fills tell realised PnL and fees, and funding is read by symbol",
        ["cancelAllOrders"] = OneByOne,
        ["/fapi/v1/allOpenOrders"] = OneByOne,
        ["/fapi/v1/algoOpenOrders"] = OneByOne,
        ["/v5/order/cancel-all"] = OneByOne,
        ["/fapi/v1/premiumIndex"] = NoMark,
        ["/api/v5/public/mark-price"] = NoMark,
        ["/v5/position/closed-pnl"] = FromFills,
        ["/api/v5/account/positions-history"] = FromFills,
    };

    private static readonly (string Why, Func<Difference, bool> Applies)[] Rules =
    [
        ("time and signature are compared by recomputing the signature", d => d.Name is "timestamp" or "signature"),
        ("a raw call does not ask for the result in the answer, ours does", d => d is { Path: "/fapi/v1/order/test", Name: "newOrderRespType", Theirs: null }),
        ("broker fields of ccxt are not required", d => d is { Name: "tag", Ours: null }),
        ("the page's length is the adapter's own business", d => d.Name is "limit" or "size"),
        ("ccxt leaks leverage into a request that has no such parameter", d => d is { Name: "leverage", Ours: null } && d.Path is "/v5/account/set-margin-mode" or "/fapi/v1/marginType"),
        ("ccxt sends an empty exchange id beside the client id", d => d is { Name: "orderId" or "ordId" or "algoId", Ours: null, Theirs: "" }),
        ("liquidation and ADL fills have another execType than Trade: all are read and what is no fill is left out", d => d is { Path: "/v5/execution/list", Name: "execType", Theirs: "Trade", Ours: null }),
        ("ccxt leaks options of its own into requests that have no such parameter", d => d is { Name: "triggerDirection" or "acknowledged", Ours: null } && d.Path.StartsWith("/fapi/", StringComparison.Ordinal)),
        ("the flag says once more what side and position index say already", d => d is { Path: "/v5/order/create", Name: "reduceOnly", Ours: "true", Theirs: null }),
        ("the default trigger price is said explicitly", d => d is { Theirs: null, Ours: "last" } && d.Name.EndsWith("TriggerPxType", StringComparison.Ordinal)),
        ("both kinds are asked for, each with a request", d => d is { Path: "/api/v5/trade/orders-algo-pending", Name: "ordType" }),
        ("open orders are the default of the exchange", d => d is { Path: "/v5/order/realtime", Name: "openOnly", Theirs: "0", Ours: null }),
        ("the whole account is asked for through its currency", d => d is { Name: "settleCoin" }),
    ];

    /// <summary>Why a case means no operation of ours; null when it means one.</summary>
    public static string? NotOurs(OracleCase c) =>
        NoOperation.GetValueOrDefault(c.Method) ?? NoOperation.GetValueOrDefault(c.Request.Path)
        ?? (IsPair(c) ? "a stop-loss and a take-profit are placed one by one, each with an id of its own"
            : HasAttached(c) ? "protection is placed by itself and not with an entry"
            : EndsAtOnce(c) ? "a limit order rests until it is filled or cancelled"
            : IsOtherTrigger(c) ? "protection is triggered by the last price and leaves at market"
            : null);

    public static string? Reason(Difference difference) => Rules.FirstOrDefault(r => r.Applies(difference)).Why;

    /// <summary>One order of two prices, of which one cancels the other.</summary>
    private static bool IsPair(OracleCase c) =>
        c.Request.Parameters.GetValueOrDefault("ordType") == "oco"
        || c.Method == "createOrder" && OracleIntent.Arg(c, 5) is { } p
            && OracleIntent.Field(p, "stopLossPrice") is not null && OracleIntent.Field(p, "takeProfitPrice") is not null;

    /// <summary>An entry with protection in the same request; at Binance ccxt lets it leak into an order that knows none.</summary>
    private static bool HasAttached(OracleCase c) =>
        c.Request.Parameters.Keys.Any(k => k.Split('[')[0] is "stopLoss" or "takeProfit" or "attachAlgoOrds");

    /// <summary>Immediate-or-cancel, fill-or-kill and post-only.</summary>
    private static bool EndsAtOnce(OracleCase c) =>
        c.Request.Parameters.GetValueOrDefault("timeInForce") is "IOC" or "FOK" or "GTX" or "PostOnly"
        || c.Request.Parameters.GetValueOrDefault("ordType") is "ioc" or "fok" or "post_only";

    /// <summary>By the mark price, or with a limit price behind the trigger.</summary>
    private static bool IsOtherTrigger(OracleCase c) => c.Request.Parameters.Any(p => p switch
    {
        ("workingType", "MARK_PRICE") or ("triggerBy", "MarkPrice") or ("slTriggerPxType" or "tpTriggerPxType", "mark") => true,
        ("slOrdPx" or "tpOrdPx", not "-1") => true,
        ("price", _) => c.Request.Path == "/fapi/v1/algoOrder" || c.Request.Parameters.ContainsKey("triggerPrice"),
        _ => false,
    });
}

/// <param name="Path">The oracle's.</param>
/// <param name="Ours">Null when we do not send it.</param>
/// <param name="Theirs">Null when the oracle does not.</param>
internal sealed record Difference(string Path, string Name, string? Ours, string? Theirs)
{
    public override string ToString() => $"{Name}: ours {Ours ?? "(none)"}, the oracle's {Theirs ?? "(none)"}";
}
