using TradingSystem.Venues.Http;
using TradingSystem.Venues.Streams;

namespace TradingSystem.Venues.Binance;

/// <summary>Binance USD-M futures. Stop orders wait in a book of their own (<c>algoOrder</c>).</summary>
public sealed class BinanceVenue : IVenue
{
    private const string PlaceName = "binance";

    /// <summary>Longest stretch that the fills may be asked for.</summary>
    private static readonly TimeSpan FillsWindow = TimeSpan.FromDays(7);

    private readonly VenueContext _context;
    private readonly VenueCaller _caller;
    private readonly InstrumentBook _instruments;

    public BinanceVenue(VenueContext context)
    {
        _context = context;
        _caller = new(context, new BinanceDialect(context), context.Shared.Part(() => new RateGate(context.Time)));
        _instruments = context.Shared.Part(() => new InstrumentBook(context.Time, context.Options.InstrumentAge, context.Log));
        Stream = new(_caller, context);
    }

    public static VenueDefinition Definition { get; } = new(
        PlaceName,
        NeedsPassphrase: false,
        new Dictionary<VenueEnvironment, VenueHosts>
        {
            [VenueEnvironment.Live] = new(new("https://fapi.binance.com"), new("wss://fstream.binance.com/private/ws")),
            [VenueEnvironment.Sandbox] = new(new("https://demo-fapi.binance.com"), new("wss://fstream.binancefuture.com/ws")),
            [VenueEnvironment.Testnet] = new(new("https://testnet.binancefuture.com"), new("wss://fstream.binancefuture.com/ws")),
        },
        context => new BinanceVenue(context));

    public string Name => PlaceName;

    public VenueAccount Account => _context.Account;

    public VenueCapabilities Capabilities { get; } = new(new CountdownLimits(CountdownScope.Symbol, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)));

    public TimeSpan ClockOffset => _caller.Clock.Offset;

    /// <summary>The user data stream, with its listen key.</summary>
    public BinanceStream Stream { get; }

    public Task<VenueReply<ServerTime>> SyncClockAsync(CancellationToken cancellationToken) => _caller.SyncAsync(cancellationToken);

    public Task<VenueReply<IReadOnlyList<VenueInstrument>>> InstrumentsAsync(CancellationToken cancellationToken) =>
        _instruments.AllAsync(ReadInstrumentsAsync, cancellationToken);

    public async Task<VenueReply<VenuePrice>> LastPriceAsync(string symbol, CancellationToken cancellationToken) =>
        (await _caller.SendAsync(VenueRequest.Public("/fapi/v1/ticker/24hr", Symbol(symbol)), cancellationToken)).Read(BinanceReplies.LastPrice);

    public async Task<VenueReply<CredentialCheck>> CheckCredentialsAsync(CancellationToken cancellationToken) =>
        (await _caller.SendAsync(VenueRequest.Read("/fapi/v1/accountConfig") with { Weight = 5 }, cancellationToken)).Read(BinanceReplies.Credentials);

    public async Task<VenueReply<VenueModes>> ModesAsync(string? symbol, CancellationToken cancellationToken) =>
        (await CheckCredentialsAsync(cancellationToken)).Select(c => new VenueModes(c.PositionMode, null));

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

        var margin = await SetMarginModeAsync(setup.Symbol, setup.MarginMode, cancellationToken);
        return margin.IsAccepted ? await SetLeverageAsync(setup.Symbol, setup.Leverage, cancellationToken) : margin;
    }

    /// <summary>Counts for every symbol of the account.</summary>
    public Task<VenueReply<Done>> SetPositionModeAsync(PositionMode mode, CancellationToken cancellationToken) =>
        SetAsync("/fapi/v1/positionSide/dual", new VenueFields().Add("dualSidePosition", mode == PositionMode.Hedge ? "true" : "false"), cancellationToken);

    public Task<VenueReply<Done>> SetMarginModeAsync(string symbol, MarginMode mode, CancellationToken cancellationToken) =>
        SetAsync("/fapi/v1/marginType", Symbol(symbol).Add("marginType", mode == MarginMode.Isolated ? "ISOLATED" : "CROSSED"), cancellationToken);

    /// <summary>Whole numbers only; the answer says what was set.</summary>
    public async Task<VenueReply<Done>> SetLeverageAsync(string symbol, decimal leverage, CancellationToken cancellationToken) =>
        OrderChecks.Leverage(leverage, step: 1m) is { } wrong
            ? VenueReply.Refused<Done>(wrong)
            : LeverageReply.Read(
                leverage,
                await _caller.SendAsync(
                    VenueRequest.Change(HttpMethod.Post, "/fapi/v1/leverage", Symbol(symbol).Add("leverage", leverage)), cancellationToken),
                root => root.Decimal("leverage"));

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
            : (await SendAsync(BinanceRequests.Place(order), cancellationToken)).Read(BinanceReplies.Ack);
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

        return OrderChecks.OffGrid(order, instrument.Value) is { } off
            ? VenueReply.Refused<OrderAck>(off)
            : (await SendAsync(BinanceRequests.Protect(order), cancellationToken)).Read(BinanceReplies.AlgoAck);
    }

    public async Task<VenueReply<VenueOrder>> QueryAsync(OrderRef order, CancellationToken cancellationToken)
    {
        var reply = await _caller.SendAsync(VenueRequest.Read(BinanceRequests.PathOf(order), BinanceRequests.Named(order)), cancellationToken);
        var found = reply.Read<VenueOrder>(order.IsProtection ? BinanceReplies.AlgoOrder : BinanceReplies.Order);
        if (!order.IsProtection || found.Value is not { TriggeredOrderId: { } made, Status: not VenueOrderStatus.Filled } protection)
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
        (await _caller.SendAsync(VenueRequest.Change(HttpMethod.Delete, BinanceRequests.PathOf(order), BinanceRequests.Named(order)), cancellationToken))
        .Read<OrderAck>(order.IsProtection ? BinanceReplies.AlgoAck : BinanceReplies.Ack);

    public async Task<VenueReply<IReadOnlyList<VenueOrder>>> OpenOrdersAsync(string? symbol, CancellationToken cancellationToken)
    {
        var weight = symbol is null ? 40 : 1;
        var orders = await _caller.SendAsync(VenueRequest.Read("/fapi/v1/openOrders", Symbol(symbol)) with { Weight = weight }, cancellationToken);
        var protection = await _caller.SendAsync(VenueRequest.Read("/fapi/v1/openAlgoOrders", Symbol(symbol)) with { Weight = weight }, cancellationToken);
        var first = orders.ReadList(root => root.Items().Select(BinanceReplies.Order));
        var second = protection.ReadList(root => root.Items().Select(BinanceReplies.AlgoOrder));
        return first.IsAccepted ? second.Select<IReadOnlyList<VenueOrder>>(more => [.. first.Value, .. more]) : first;
    }

    public async Task<VenueReply<IReadOnlyList<VenuePosition>>> PositionsAsync(string? symbol, CancellationToken cancellationToken) =>
        (await _caller.SendAsync(VenueRequest.Read("/fapi/v3/positionRisk", Symbol(symbol)) with { Weight = 5 }, cancellationToken))
        .ReadList(root => root.Items().Select(BinanceReplies.Position).Where(p => p.Quantity != 0m));

    public async Task<VenueReply<IReadOnlyList<VenueBalance>>> BalancesAsync(CancellationToken cancellationToken) =>
        (await _caller.SendAsync(VenueRequest.Read("/fapi/v3/balance") with { Weight = 5 }, cancellationToken))
        .ReadList(root => root.Items().Select(BinanceReplies.Balance));

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

        var fills = new FillPages(page: 1000);
        if (order is not null)
        {
            var reply = await FillsPageAsync(Symbol(query.Symbol).Add("orderId", order), cancellationToken);
            return reply.Select<IReadOnlyList<VenueFill>>(all => [.. all.Where(f => query.Since is null || f.At >= query.Since)]);
        }

        var from = query.Since ?? _caller.Clock.Now - FillsWindow;
        while (from <= _caller.Clock.Now)
        {
            DateTimeOffset? end = from + FillsWindow < _caller.Clock.Now ? from + FillsWindow : null;
            var reply = await FillsPageAsync(Symbol(query.Symbol).Add("startTime", from).Add("endTime", end), cancellationToken);
            if (!fills.Add(reply, out var failure, out var next))
            {
                return failure;
            }

            from = next ?? from + FillsWindow + TimeSpan.FromMilliseconds(1);
        }

        return VenueReply.Accepted(fills.All);
    }

    public async Task<VenueReply<IReadOnlyList<FundingPayment>>> FundingAsync(string symbol, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var all = new List<FundingPayment>();
        for (var page = 1; page <= FillPages.Most; page++)
        {
            var fields = Symbol(symbol).Add("incomeType", "FUNDING_FEE").Add("startTime", since).AddNumber("limit", 1000);
            var request = VenueRequest.Read("/fapi/v1/income", page == 1 ? fields : fields.AddNumber("page", page)) with { Weight = 30 };
            var reply = await _caller.SendAsync(request, cancellationToken);
            var items = reply.ReadList(root => root.Items().Select(BinanceReplies.Funding));
            if (!items.IsAccepted)
            {
                return items;
            }

            all.AddRange(items.Value);
            if (items.Value.Count < 1000)
            {
                return VenueReply.Accepted<IReadOnlyList<FundingPayment>>(all);
            }
        }

        return VenueReply.Unknown<IReadOnlyList<FundingPayment>>("more pages than are read at once");
    }

    public Task<VenueReply<Done>> CountdownAsync(string symbol, TimeSpan after, CancellationToken cancellationToken) =>
        OrderChecks.Countdown(after, Capabilities.Countdown!) is { } wrong
            ? Task.FromResult(VenueReply.Refused<Done>(wrong))
            : SetAsync("/fapi/v1/countdownCancelAll", Symbol(symbol).Add("countdownTime", (decimal)after.TotalMilliseconds), cancellationToken, weight: 10);

    public IAsyncEnumerable<VenueEvent> StreamAsync(CancellationToken cancellationToken) =>
        PrivateStream.RunAsync(_context, [new BinanceStream(_caller, _context)], cancellationToken);

    public ValueTask DisposeAsync()
    {
        _caller.Dispose();
        return ValueTask.CompletedTask;
    }

    private static bool IsClientId(string id) => OrderChecks.IsClientId(id, longest: 36, ".:/_-");

    private static VenueFields Symbol(string? symbol) => new VenueFields().Add("symbol", symbol);

    private async Task<VenueReply<Done>> SetAsync(string path, VenueFields fields, CancellationToken cancellationToken, int weight = 1)
    {
        var reply = await _caller.SendAsync(VenueRequest.Change(HttpMethod.Post, path, fields) with { Weight = weight }, cancellationToken);
        return reply.Is(RefusalMeaning.AlreadySo) ? VenueReply.Accepted(Done.Value) : reply.Read(_ => Done.Value);
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

    private Task<VenueReply<VenueInstrument>> InstrumentAsync(string symbol, CancellationToken cancellationToken) =>
        _instruments.OneAsync(symbol, ReadInstrumentsAsync, cancellationToken);

    private async Task<VenueReply<IReadOnlyList<VenueInstrument>>> ReadInstrumentsAsync(CancellationToken cancellationToken) =>
        (await _caller.SendAsync(VenueRequest.Public("/fapi/v1/exchangeInfo"), cancellationToken)).ReadList(BinanceReplies.Instruments);

    private async Task<VenueReply<IReadOnlyList<VenueFill>>> FillsPageAsync(VenueFields fields, CancellationToken cancellationToken) =>
        (await _caller.SendAsync(VenueRequest.Read("/fapi/v1/userTrades", fields.AddNumber("limit", 1000)) with { Weight = 5 }, cancellationToken))
        .ReadList(root => root.Items().Select(BinanceReplies.Fill));
}
