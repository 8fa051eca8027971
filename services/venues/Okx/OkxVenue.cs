using TradingSystem.Venues.Http;
using TradingSystem.Venues.Streams;

namespace TradingSystem.Venues.Okx;

/// <summary>OKX v5, USDT-margined swaps. It counts contracts; protection waits in a book of its own and is told on a stream of its own.</summary>
public sealed class OkxVenue : IVenue
{
    private const string PlaceName = "okx";

    /// <summary>Most orders that one request cancels.</summary>
    private const int OrdersAtOnce = 20;
    private const int AlgosAtOnce = 10;

    private readonly VenueContext _context;
    private readonly VenueCaller _caller;
    private readonly InstrumentBook _instruments;
    private readonly OkxLists _lists;

    public OkxVenue(VenueContext context)
    {
        _context = context;
        _caller = new(context, new OkxDialect(context), context.Shared.Part(() => new RateGate(context.Time)));
        _instruments = context.Shared.Part(() => new InstrumentBook(context.Time, context.Options.InstrumentAge, context.Log));
        _lists = new(_caller, _instruments, InstrumentsAsync);
    }

    public static VenueDefinition Definition { get; } = new(
        PlaceName,
        NeedsPassphrase: true,
        new Dictionary<VenueEnvironment, VenueHosts>
        {
            [VenueEnvironment.Live] = new(new("https://www.okx.com"), new("wss://ws.okx.com:8443/ws/v5/public"), new("wss://ws.okx.com:8443/ws/v5/private")),
            [VenueEnvironment.Sandbox] = new(new("https://www.okx.com"), new("wss://wspap.okx.com:8443/ws/v5/public"), new("wss://wspap.okx.com:8443/ws/v5/private")),
        },
        context => new OkxVenue(context));

    public string Name => PlaceName;

    public VenueAccount Account => _context.Account;

    public VenueCapabilities Capabilities { get; } = new(
        AttachedProtection: true,
        ProtectionPair: true,
        MarginModePerAccount: false,
        PositionModePerAccount: true,
        ClientIdsForEver: false,
        new(CountdownScope.Account, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(120)));

    public TimeSpan ClockOffset => _caller.Clock.Offset;

    public Task<VenueReply<ServerTime>> SyncClockAsync(CancellationToken cancellationToken) => _caller.SyncAsync(cancellationToken);

    public Task<VenueReply<IReadOnlyList<VenueInstrument>>> InstrumentsAsync(CancellationToken cancellationToken) =>
        _instruments.AllAsync(ReadInstrumentsAsync, cancellationToken);

    public async Task<VenueReply<VenuePrice>> MarkPriceAsync(string symbol, CancellationToken cancellationToken) =>
        (await _caller.SendAsync(VenueRequest.Public("/api/v5/public/mark-price", OkxRequests.Swap(symbol)), cancellationToken))
        .Read(data => OkxReplies.Price(data, symbol, "markPx"));

    public async Task<VenueReply<VenuePrice>> LastPriceAsync(string symbol, CancellationToken cancellationToken) =>
        (await _caller.SendAsync(VenueRequest.Public("/api/v5/market/ticker", OkxRequests.Named(symbol)), cancellationToken))
        .Read(data => OkxReplies.Price(data, symbol, "last"));

    public async Task<VenueReply<CredentialCheck>> CheckCredentialsAsync(CancellationToken cancellationToken) =>
        (await ConfigAsync(cancellationToken)).Read(OkxReplies.Credentials);

    public async Task<VenueReply<VenueModes>> ModesAsync(string? symbol, CancellationToken cancellationToken) =>
        (await ConfigAsync(cancellationToken)).Read(data => new VenueModes(OkxReplies.PositionModeOf(data), null));

    public Task<VenueReply<Done>> SwitchModesAsync(CancellationToken cancellationToken) => SetPositionModeAsync(Account.PositionMode, cancellationToken);

    public async Task<VenueReply<Done>> PrepareAsync(SymbolSetup setup, CancellationToken cancellationToken)
    {
        var modes = await ModesAsync(setup.Symbol, cancellationToken);
        if (modes.Value?.Differs(setup.PositionMode, setup.MarginMode) is { } differs)
        {
            return VenueReply.Refused<Done>(differs);
        }

        if (!modes.IsAccepted)
        {
            return modes.Select(_ => Done.Value);
        }

        // Margin mode goes with each order; leverage is kept per mode, and per side where the sides have margins of their own.
        if (setup is not { PositionMode: PositionMode.Hedge, MarginMode: MarginMode.Isolated })
        {
            return await SetLeverageAsync(setup.Symbol, setup.Leverage, setup.MarginMode, null, cancellationToken);
        }

        var side = await SetLeverageAsync(setup.Symbol, setup.Leverage, setup.MarginMode, PositionSide.Long, cancellationToken);
        return side.IsAccepted ? await SetLeverageAsync(setup.Symbol, setup.Leverage, setup.MarginMode, PositionSide.Short, cancellationToken) : side;
    }

    /// <summary>Counts for the whole account.</summary>
    public Task<VenueReply<Done>> SetPositionModeAsync(PositionMode mode, CancellationToken cancellationToken) => SetAsync(OkxRequests.PositionModeOf(mode), cancellationToken);

    /// <summary>The answer says what was set.</summary>
    public async Task<VenueReply<Done>> SetLeverageAsync(string symbol, decimal leverage, MarginMode mode, PositionSide? side, CancellationToken cancellationToken) =>
        LeverageReply.Read(leverage, await _caller.SendAsync(OkxRequests.Leverage(symbol, leverage, mode, side), cancellationToken), OkxReplies.LeverageOf);

    public async Task<VenueReply<OrderAck>> PlaceAsync(NewOrder order, CancellationToken cancellationToken)
    {
        if ((OrderChecks.Check(order, Account, IsClientId) ?? CheckName(order.Protection)) is { } wrong)
        {
            return VenueReply.Refused<OrderAck>(wrong);
        }

        var instrument = await InstrumentAsync(order.Symbol, cancellationToken);
        if (!instrument.IsAccepted)
        {
            return instrument.Select<OrderAck>(_ => null!);
        }

        return OrderChecks.OffGrid(order, instrument.Value) is { } off
            ? VenueReply.Refused<OrderAck>(off)
            : (await SendAsync(OkxRequests.Place(order, Account, Grid.Units(order.Quantity, instrument.Value)), cancellationToken)).Read(OkxReplies.Ack);
    }

    public Task<VenueReply<OrderAck>> PlaceProtectionAsync(ProtectionOrder order, CancellationToken cancellationToken) => PlaceAlgoAsync(
        OrderChecks.Check(order, Account, IsClientId),
        order.Symbol,
        order.Quantity,
        instrument => OrderChecks.OffGrid(order, instrument),
        contracts => OkxRequests.Protect(order, Account, contracts),
        cancellationToken);

    public Task<VenueReply<OrderAck>> PlaceProtectionPairAsync(ProtectionPair pair, CancellationToken cancellationToken) => PlaceAlgoAsync(
        OrderChecks.Check(pair, Account, IsClientId),
        pair.Symbol,
        pair.Quantity,
        instrument => OrderChecks.OffGrid(pair, instrument),
        contracts => OkxRequests.ProtectBoth(pair, Account, contracts),
        cancellationToken);

    public async Task<VenueReply<VenueOrder>> QueryAsync(OrderRef order, CancellationToken cancellationToken)
    {
        var instrument = await InstrumentAsync(order.Symbol, cancellationToken);
        if (!instrument.IsAccepted)
        {
            return instrument.Select<VenueOrder>(_ => null!);
        }

        var size = instrument.Value.ContractSize;
        var path = order.IsProtection ? "/api/v5/trade/order-algo" : "/api/v5/trade/order";
        var reply = await _caller.SendAsync(VenueRequest.Read(path, OkxRequests.Named(order)), cancellationToken);
        if (!order.IsProtection)
        {
            return reply.Read(data => OkxReplies.Order(OkxReplies.First(data), order.Symbol, size));
        }

        var found = reply.Read(data => OkxReplies.AlgoOrder(OkxReplies.First(data), order.Symbol, size));
        if (found.Value is not { Status: VenueOrderStatus.Triggered, TriggeredOrderId: { } made } protection)
        {
            return found;
        }

        // The trigger has made an order of its own; how that one fares is only told by itself.
        var child = await QueryAsync(new(order.Symbol, null, made), cancellationToken);
        return child.IsAccepted
            ? VenueReply.Accepted(protection with { Status = child.Value.Status, Filled = child.Value.Filled, AveragePrice = child.Value.AveragePrice })
            : found;
    }

    public async Task<VenueReply<OrderAck>> CancelAsync(OrderRef order, CancellationToken cancellationToken) =>
        (await _caller.SendAsync(OkxRequests.Cancel(order), cancellationToken)).Read<OrderAck>(order.IsProtection ? OkxReplies.AlgoAck : OkxReplies.Ack);

    public async Task<VenueReply<CancelledAll>> CancelAllAsync(string symbol, CancellationToken cancellationToken)
    {
        var open = await OpenOrdersAsync(symbol, cancellationToken);
        if (!open.IsAccepted)
        {
            return open.Select(_ => new CancelledAll(null));
        }

        // Both books are tried whatever becomes of the first.
        var orders = await CancelEachAsync("/api/v5/trade/cancel-batch-orders", [.. open.Value.Where(o => !o.IsProtection)], OrdersAtOnce, cancellationToken);
        var protection = await CancelEachAsync("/api/v5/trade/cancel-algos", [.. open.Value.Where(o => o.IsProtection)], AlgosAtOnce, cancellationToken);
        return orders.IsAccepted ? protection.Select(p => new CancelledAll(orders.Value.Count + p.Count)) : orders;
    }

    public async Task<VenueReply<IReadOnlyList<VenueOrder>>> OpenOrdersAsync(string? symbol, CancellationToken cancellationToken)
    {
        var orders = await _lists.ReadAsync("/api/v5/trade/orders-pending", () => symbol is null ? OkxRequests.Swap() : OkxRequests.Named(symbol), "ordId", OkxReplies.Order, cancellationToken);
        if (!orders.IsAccepted)
        {
            return orders;
        }

        var all = new List<VenueOrder>(orders.Value);

        // Only these two kinds may be asked for together.
        foreach (var kind in (string[])["conditional,oco", "trigger"])
        {
            var algos = await _lists.ReadAsync(
                "/api/v5/trade/orders-algo-pending",
                () => new VenueFields().Add("instId", symbol is null ? null : OkxSymbols.ToVenue(symbol)).Add("ordType", kind),
                "algoId",
                OkxReplies.AlgoOrder,
                cancellationToken);
            if (!algos.IsAccepted)
            {
                return algos;
            }

            all.AddRange(algos.Value);
        }

        return VenueReply.Accepted<IReadOnlyList<VenueOrder>>(all);
    }

    public async Task<VenueReply<IReadOnlyList<VenuePosition>>> PositionsAsync(string? symbol, CancellationToken cancellationToken)
    {
        var fields = symbol is null ? OkxRequests.Swap() : OkxRequests.Named(symbol);
        var reply = await _lists.ConvertAsync(await _caller.SendAsync(VenueRequest.Read("/api/v5/account/positions", fields), cancellationToken), OkxReplies.Position, cancellationToken);
        return reply.Convert(all => all.Where(p => p.Quantity != 0m));
    }

    public async Task<VenueReply<IReadOnlyList<VenueBalance>>> BalancesAsync(CancellationToken cancellationToken) =>
        (await _caller.SendAsync(VenueRequest.Read("/api/v5/account/balance"), cancellationToken)).ReadList(data => OkxReplies.Balances(OkxReplies.First(data)));

    public async Task<VenueReply<IReadOnlyList<VenueFill>>> FillsAsync(FillQuery query, CancellationToken cancellationToken)
    {
        var order = query.VenueOrderId;
        if (order is null && query.ClientId is { } clientId)
        {
            var found = await QueryAsync(new(query.Symbol, clientId), cancellationToken);
            if (!found.IsAccepted)
            {
                return found.Select<IReadOnlyList<VenueFill>>(_ => []);
            }

            order = found.Value.VenueId;
        }

        var reply = await _lists.ReadAsync(
            "/api/v5/trade/fills-history", () => OkxRequests.Swap(query.Symbol).Add("ordId", order).Add("begin", query.Since), "billId", OkxReplies.Fill, cancellationToken);
        return reply.Convert(all => all.OrderBy(f => f.At));
    }

    public async Task<VenueReply<IReadOnlyList<RealizedPnl>>> RealizedPnlAsync(string symbol, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var reply = await _lists.ReadAsync("/api/v5/account/positions-history", () => OkxRequests.Swap(symbol), "uTime", OkxReplies.Realized, cancellationToken, since, "uTime");
        return reply.Convert(all => all.Where(p => since is null || p.At >= since).OrderBy(p => p.At));
    }

    public async Task<VenueReply<IReadOnlyList<FundingPayment>>> FundingAsync(string symbol, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var reply = await _lists.ReadAsync(
            "/api/v5/account/bills-archive",
            () => OkxRequests.Swap().Add("ccy", "USDT").Add("ctType", "linear").Add("type", "8").AddNumber("limit", OkxLists.Page),
            "billId",
            (b, name, _) => OkxReplies.Funding(b, name),
            cancellationToken,
            since,
            "ts");
        return reply.Convert(all => all.Where(p => p.Symbol == symbol && (since is null || p.At >= since)).OrderBy(p => p.At));
    }

    public Task<VenueReply<Done>> CountdownAsync(string symbol, TimeSpan after, CancellationToken cancellationToken) =>
        OrderChecks.Countdown(after, Capabilities.Countdown!) is { } wrong ? Task.FromResult(VenueReply.Refused<Done>(wrong)) : SetAsync(OkxRequests.Countdown(after), cancellationToken);

    public IAsyncEnumerable<VenueEvent> StreamAsync(CancellationToken cancellationToken) =>
        PrivateStream.RunAsync(_context, [Stream(isBusiness: false), Stream(isBusiness: true)], cancellationToken);

    public ValueTask DisposeAsync()
    {
        _caller.Dispose();
        return ValueTask.CompletedTask;
    }

    private static bool IsClientId(string id) => OrderChecks.IsClientId(id, longest: 32, "");

    private static VenueRefusal? CheckName(AttachedProtection? protection) => protection?.ClientId is { } id && !IsClientId(id)
        ? new(RefusalMeaning.Parameter, "CLIENT_ID", "The client id of the protection has a character or a length that the exchange does not take.")
        : null;

    private OkxStream Stream(bool isBusiness) => new(
        _caller, _context, _instruments, async token => (await InstrumentsAsync(token)).IsAccepted, isBusiness);

    private Task<VenueReply<JsonReply>> ConfigAsync(CancellationToken cancellationToken) => _caller.SendAsync(VenueRequest.Read("/api/v5/account/config"), cancellationToken);

    private async Task<VenueReply<Done>> SetAsync(VenueRequest request, CancellationToken cancellationToken) =>
        (await _caller.SendAsync(request, cancellationToken)).Select(_ => Done.Value);

    private async Task<VenueReply<OrderAck>> PlaceAlgoAsync(
        VenueRefusal? wrong, string symbol, decimal? quantity, Func<VenueInstrument, VenueRefusal?> offGrid, Func<decimal?, VenueRequest> compose, CancellationToken cancellationToken)
    {
        if (wrong is not null)
        {
            return VenueReply.Refused<OrderAck>(wrong);
        }

        var instrument = await InstrumentAsync(symbol, cancellationToken);
        if (!instrument.IsAccepted)
        {
            return instrument.Select<OrderAck>(_ => null!);
        }

        decimal? contracts = quantity is { } asked ? Grid.Units(asked, instrument.Value) : null;
        return offGrid(instrument.Value) is { } off
            ? VenueReply.Refused<OrderAck>(off)
            : (await SendAsync(compose(contracts), cancellationToken)).Read(OkxReplies.AlgoAck);
    }

    private async Task<VenueReply<JsonReply>> SendAsync(VenueRequest request, CancellationToken cancellationToken)
    {
        var reply = await _caller.SendAsync(request, cancellationToken);
        if (reply.Refusal?.Meaning is RefusalMeaning.Precision or RefusalMeaning.Quantity or RefusalMeaning.Price)
        {
            _instruments.Expire();
        }

        return reply;
    }

    /// <summary>Orders that are gone meanwhile are as good as cancelled.</summary>
    private async Task<VenueReply<CancelledAll>> CancelEachAsync(string path, IReadOnlyList<VenueOrder> orders, int atOnce, CancellationToken cancellationToken)
    {
        var cancelled = 0;
        foreach (var part in orders.Chunk(atOnce))
        {
            var request = VenueRequest.Change(HttpMethod.Post, path, new()) with
            {
                Items = [.. part.Select(o => OkxRequests.Named(new OrderRef(o.Symbol, null, o.VenueId, o.IsProtection)))],
            };
            var reply = await _caller.SendAsync(request, cancellationToken);
            if (reply.IsRefused && !reply.Is(RefusalMeaning.NotFound) || reply.IsUnknown)
            {
                return reply.Select(_ => new CancelledAll(null));
            }

            foreach (var item in reply.IsAccepted ? reply.Value.Root.Items() : [])
            {
                var code = (int)(item.Decimal("sCode") ?? 0m);
                if (code == 0)
                {
                    cancelled++;
                }
                else if (!OkxErrors.Meanings.TryGetValue(code, out var meaning))
                {
                    return VenueReply.Unknown<CancelledAll>($"{code}: {item.Text("sMsg")}");
                }
                else if (meaning != RefusalMeaning.NotFound)
                {
                    return VenueReply.Refused<CancelledAll>(meaning, item.NeedText("sCode"), item.Text("sMsg") ?? "");
                }
            }
        }

        return VenueReply.Accepted(new CancelledAll(cancelled));
    }

    private Task<VenueReply<VenueInstrument>> InstrumentAsync(string symbol, CancellationToken cancellationToken) =>
        _instruments.OneAsync(symbol, ReadInstrumentsAsync, cancellationToken);

    private async Task<VenueReply<IReadOnlyList<VenueInstrument>>> ReadInstrumentsAsync(CancellationToken cancellationToken) =>
        (await _caller.SendAsync(VenueRequest.Public("/api/v5/public/instruments", OkxRequests.Swap()), cancellationToken)).ReadList(OkxReplies.Instruments);
}
