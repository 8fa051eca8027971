using TradingSystem.Venues.Http;
using TradingSystem.Venues.Streams;

namespace TradingSystem.Venues.Okx;

/// <summary>OKX v5, USDT-margined swaps. It counts contracts; protection waits in a book of its own and is told on a stream of its own.</summary>
public sealed class OkxVenue : IVenue
{
    private const string PlaceName = "okx";

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
            [VenueEnvironment.Live] = new(new("https://www.okx.com"), new("wss://ws.okx.com:8443/ws/v5/private")),
            [VenueEnvironment.Sandbox] = new(new("https://www.okx.com"), new("wss://wspap.okx.com:8443/ws/v5/private")),
        },
        context => new OkxVenue(context));

    public string Name => PlaceName;

    public VenueAccount Account => _context.Account;

    public VenueCapabilities Capabilities { get; } = new(new CountdownLimits(CountdownScope.Account, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(120)));

    public TimeSpan ClockOffset => _caller.Clock.Offset;

    public Task<VenueReply<ServerTime>> SyncClockAsync(CancellationToken cancellationToken) => _caller.SyncAsync(cancellationToken);

    public Task<VenueReply<IReadOnlyList<VenueInstrument>>> InstrumentsAsync(CancellationToken cancellationToken) =>
        _instruments.AllAsync(ReadInstrumentsAsync, cancellationToken);

    public async Task<VenueReply<VenuePrice>> LastPriceAsync(string symbol, CancellationToken cancellationToken) =>
        (await _caller.SendAsync(VenueRequest.Public("/api/v5/market/ticker", OkxRequests.Named(symbol)), cancellationToken))
        .Read(data => OkxReplies.LastPrice(data, symbol));

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
        if (OrderChecks.Check(order, Account, IsClientId) is { } wrong)
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

    public async Task<VenueReply<OrderAck>> PlaceProtectionAsync(ProtectionOrder order, CancellationToken cancellationToken)
    {
        if (OrderChecks.Check(order, Account, IsClientId) is { } wrong)
        {
            return VenueReply.Refused<OrderAck>(wrong);
        }

        var instrument = await InstrumentAsync(order.Symbol, cancellationToken);
        if (!instrument.IsAccepted)
        {
            return instrument.Select<OrderAck>(_ => null!);
        }

        decimal? contracts = order.Quantity is { } asked ? Grid.Units(asked, instrument.Value) : null;
        return OrderChecks.OffGrid(order, instrument.Value) is { } off
            ? VenueReply.Refused<OrderAck>(off)
            : (await SendAsync(OkxRequests.Protect(order, Account, contracts), cancellationToken)).Read(OkxReplies.AlgoAck);
    }

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

    public async Task<VenueReply<IReadOnlyList<VenueOrder>>> OpenOrdersAsync(string? symbol, CancellationToken cancellationToken)
    {
        var orders = await _lists.ReadAsync(
            "/api/v5/trade/orders-pending", () => symbol is null ? OkxRequests.Swap() : OkxRequests.Named(symbol), "ordId", OkxReplies.Order,
            cancellationToken);
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
        var reply = await _lists.ConvertAsync(
            await _caller.SendAsync(VenueRequest.Read("/api/v5/account/positions", fields), cancellationToken), OkxReplies.Position, cancellationToken);
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
        OrderChecks.Countdown(after, Capabilities.Countdown!) is { } wrong
            ? Task.FromResult(VenueReply.Refused<Done>(wrong))
            : SetAsync(OkxRequests.Countdown(after), cancellationToken);

    public IAsyncEnumerable<VenueEvent> StreamAsync(CancellationToken cancellationToken) =>
        PrivateStream.RunAsync(_context, [Stream(isBusiness: false), Stream(isBusiness: true)], cancellationToken);

    public ValueTask DisposeAsync()
    {
        _caller.Dispose();
        return ValueTask.CompletedTask;
    }

    private static bool IsClientId(string id) => OrderChecks.IsClientId(id, longest: 32, "");

    private OkxStream Stream(bool isBusiness) => new(
        _caller, _context, _instruments, async token => (await InstrumentsAsync(token)).IsAccepted, isBusiness);

    private Task<VenueReply<JsonReply>> ConfigAsync(CancellationToken cancellationToken) => _caller.SendAsync(VenueRequest.Read("/api/v5/account/config"), cancellationToken);

    private async Task<VenueReply<Done>> SetAsync(VenueRequest request, CancellationToken cancellationToken) =>
        (await _caller.SendAsync(request, cancellationToken)).Select(_ => Done.Value);

    private async Task<VenueReply<JsonReply>> SendAsync(VenueRequest request, CancellationToken cancellationToken)
    {
        var reply = await _caller.SendAsync(request, cancellationToken);
        if (reply.Refusal?.Meaning is RefusalMeaning.Precision or RefusalMeaning.Quantity or RefusalMeaning.Price)
        {
            _instruments.Expire();
        }

        return reply;
    }

    private Task<VenueReply<VenueInstrument>> InstrumentAsync(string symbol, CancellationToken cancellationToken) =>
        _instruments.OneAsync(symbol, ReadInstrumentsAsync, cancellationToken);

    private async Task<VenueReply<IReadOnlyList<VenueInstrument>>> ReadInstrumentsAsync(CancellationToken cancellationToken) =>
        (await _caller.SendAsync(VenueRequest.Public("/api/v5/public/instruments", OkxRequests.Swap()), cancellationToken)).ReadList(OkxReplies.Instruments);
}
