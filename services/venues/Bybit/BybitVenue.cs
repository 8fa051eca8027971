using System.Text.Json;
using TradingSystem.Venues.Http;
using TradingSystem.Venues.Streams;

namespace TradingSystem.Venues.Bybit;

/// <summary>Bybit v5, linear perpetuals in a unified account. Protection is a conditional order in the common book.</summary>
public sealed class BybitVenue : IVenue
{
    private const string PlaceName = "bybit";
    private const int Page = 100;

    /// <summary>Listed for as long as the exchange is.</summary>
    private const string CommonSymbol = "BTCUSDT";

    /// <summary>Longest stretch that executions may be asked for.</summary>
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    private readonly VenueContext _context;
    private readonly VenueCaller _caller;
    private readonly InstrumentBook _instruments;

    public BybitVenue(VenueContext context)
    {
        _context = context;
        _caller = new(context, new BybitDialect(context), context.Shared.Part(() => new RateGate(context.Time)));
        _instruments = context.Shared.Part(() => new InstrumentBook(context.Time, context.Options.InstrumentAge, context.Log));
    }

    public static VenueDefinition Definition { get; } = new(
        PlaceName,
        NeedsPassphrase: false,
        new Dictionary<VenueEnvironment, VenueHosts>
        {
            [VenueEnvironment.Live] = new(new("https://api.bybit.com"), new("wss://stream.bybit.com/v5/private")),
            [VenueEnvironment.Sandbox] = new(new("https://api-demo.bybit.com"), new("wss://stream-demo.bybit.com/v5/private")),
            [VenueEnvironment.Testnet] = new(new("https://api-testnet.bybit.com"), new("wss://stream-testnet.bybit.com/v5/private")),
        },
        context => new BybitVenue(context));

    public string Name => PlaceName;

    public VenueAccount Account => _context.Account;

    public VenueCapabilities Capabilities { get; } = new(Countdown: null);

    public TimeSpan ClockOffset => _caller.Clock.Offset;

    public Task<VenueReply<ServerTime>> SyncClockAsync(CancellationToken cancellationToken) => _caller.SyncAsync(cancellationToken);

    public Task<VenueReply<IReadOnlyList<VenueInstrument>>> InstrumentsAsync(CancellationToken cancellationToken) =>
        _instruments.AllAsync(ReadInstrumentsAsync, cancellationToken);

    public async Task<VenueReply<VenuePrice>> LastPriceAsync(string symbol, CancellationToken cancellationToken) =>
        (await _caller.SendAsync(VenueRequest.Public("/v5/market/tickers", BybitRequests.Linear(symbol)), cancellationToken))
        .Read(root => BybitReplies.LastPrice(root, _caller.Clock.Now));

    public async Task<VenueReply<CredentialCheck>> CheckCredentialsAsync(CancellationToken cancellationToken)
    {
        var modes = await ModesAsync(null, cancellationToken);
        if (!modes.IsAccepted)
        {
            return modes.Select<CredentialCheck>(_ => null!);
        }

        var (position, margin) = modes.Value;
        var key = await _caller.SendAsync(VenueRequest.Read("/v5/user/query-api"), cancellationToken);

        // Demo trading does not tell what a key may do.
        return key.Is(RefusalMeaning.Configuration)
            ? VenueReply.Accepted(new CredentialCheck(CanTrade: true, null, position, margin, null))
            : key.Read(root => BybitReplies.Credentials(root, modes.Value));
    }

    public async Task<VenueReply<Done>> PrepareAsync(SymbolSetup setup, CancellationToken cancellationToken)
    {
        var modes = await ModesAsync(setup.Symbol, cancellationToken);
        return modes.Value?.Differs(setup.PositionMode, setup.MarginMode) is { } differs ? VenueReply.Refused<Done>(differs)
            : modes.IsAccepted ? await SetLeverageAsync(setup.Symbol, setup.Leverage, cancellationToken)
            : modes.Select(_ => Done.Value);
    }

    /// <summary>The position mode is the symbol's: it shows in the buckets that the symbol has, empty ones too.</summary>
    public async Task<VenueReply<VenueModes>> ModesAsync(string? symbol, CancellationToken cancellationToken)
    {
        var info = await _caller.SendAsync(VenueRequest.Read("/v5/account/info"), cancellationToken);
        if (!info.IsAccepted)
        {
            return info.Select<VenueModes>(_ => null!);
        }

        var positions = await _caller.SendAsync(VenueRequest.Read("/v5/position/list", BybitRequests.Linear(symbol ?? CommonSymbol)), cancellationToken);
        return positions.Read(root => new VenueModes(BybitReplies.PositionModeOf(root), BybitReplies.MarginModeOf(info.Value.Root)));
    }

    /// <summary>Of every symbol.</summary>
    public async Task<VenueReply<Done>> SwitchModesAsync(CancellationToken cancellationToken)
    {
        var margin = await SetMarginModeAsync(Account.MarginMode, cancellationToken);
        return margin.IsAccepted ? await SetAsync(BybitRequests.ModeOfAll(Account.PositionMode), cancellationToken) : margin;
    }

    /// <summary>Counts for the whole account.</summary>
    public Task<VenueReply<Done>> SetMarginModeAsync(MarginMode mode, CancellationToken cancellationToken) => SetAsync(BybitRequests.Margin(mode), cancellationToken);

    public Task<VenueReply<Done>> SetPositionModeAsync(string symbol, PositionMode mode, CancellationToken cancellationToken) =>
        SetAsync(BybitRequests.Mode(symbol, mode), cancellationToken);

    public Task<VenueReply<Done>> SetLeverageAsync(string symbol, decimal leverage, CancellationToken cancellationToken) =>
        SetAsync(BybitRequests.Leverage(symbol, leverage), cancellationToken);

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
            : await SendOrderAsync(BybitRequests.Place(order), cancellationToken);
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
            : await SendOrderAsync(BybitRequests.Protect(order), cancellationToken);
    }

    public async Task<VenueReply<VenueOrder>> QueryAsync(OrderRef order, CancellationToken cancellationToken)
    {
        // Open and lately closed orders first; older ones, and all after a restart of the exchange's, are in the history only.
        var lately = await FirstAsync("/v5/order/realtime", order, cancellationToken);
        return lately.Is(RefusalMeaning.NotFound) ? await FirstAsync("/v5/order/history", order, cancellationToken) : lately;
    }

    public async Task<VenueReply<OrderAck>> CancelAsync(OrderRef order, CancellationToken cancellationToken) =>
        (await _caller.SendAsync(VenueRequest.Change(HttpMethod.Post, "/v5/order/cancel", BybitRequests.Named(order)), cancellationToken)).Read(BybitReplies.Ack);

    public async Task<VenueReply<IReadOnlyList<VenueOrder>>> OpenOrdersAsync(string? symbol, CancellationToken cancellationToken)
    {
        var reply = await PagesAsync("/v5/order/realtime", () => SymbolOrAll(symbol).AddNumber("limit", 50), BybitReplies.Order, cancellationToken);
        return reply.Select<IReadOnlyList<VenueOrder>>(all => [.. all.Where(o => o.IsOpen)]);
    }

    public async Task<VenueReply<IReadOnlyList<VenuePosition>>> PositionsAsync(string? symbol, CancellationToken cancellationToken)
    {
        var reply = await PagesAsync("/v5/position/list", () => SymbolOrAll(symbol).AddNumber("limit", 200), BybitReplies.Position, cancellationToken);
        return reply.Select<IReadOnlyList<VenuePosition>>(all => [.. all.Where(p => p.Quantity != 0m)]);
    }

    public async Task<VenueReply<IReadOnlyList<VenueBalance>>> BalancesAsync(CancellationToken cancellationToken) =>
        (await _caller.SendAsync(VenueRequest.Read("/v5/account/wallet-balance", new VenueFields().Add("accountType", "UNIFIED")), cancellationToken))
        .ReadList(root => BybitReplies.List(root).SelectMany(BybitReplies.Balances));

    public async Task<VenueReply<IReadOnlyList<VenueFill>>> FillsAsync(FillQuery query, CancellationToken cancellationToken)
    {
        var named = query.VenueOrderId is not null || query.ClientId is not null;
        VenueFields Ask() => BybitRequests.Linear(query.Symbol)
            .Add("orderId", query.VenueOrderId)
            .Add("orderLinkId", query.VenueOrderId is null ? query.ClientId : null)
            .AddNumber("limit", Page);
        var reply = await StretchesAsync("/v5/execution/list", Ask, named ? null : query.Since, e => (IsFill: BybitReplies.IsFill(e), Item: e), cancellationToken);
        return reply.Convert(all => all.Where(e => e.IsFill).Select(e => BybitReplies.Fill(e.Item)).Where(f => query.Since is null || f.At >= query.Since).OrderBy(f => f.At));
    }

    public async Task<VenueReply<IReadOnlyList<FundingPayment>>> FundingAsync(string symbol, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var reply = await StretchesAsync(
            "/v5/execution/list", () => BybitRequests.Linear(symbol).Add("execType", "Funding").AddNumber("limit", Page), since, BybitReplies.Funding, cancellationToken);
        return reply.Convert(all => all.OrderBy(p => p.At));
    }

    public Task<VenueReply<Done>> CountdownAsync(string symbol, TimeSpan after, CancellationToken cancellationToken) => Task.FromResult(
        VenueReply.Refused<Done>(RefusalMeaning.Configuration, "UNSUPPORTED", "Bybit has no countdown."));

    public IAsyncEnumerable<VenueEvent> StreamAsync(CancellationToken cancellationToken) =>
        PrivateStream.RunAsync(_context, [new BybitStream(_caller, _context)], cancellationToken);

    public ValueTask DisposeAsync()
    {
        _caller.Dispose();
        return ValueTask.CompletedTask;
    }

    private static bool IsClientId(string id) => OrderChecks.IsClientId(id, longest: 36, "-_");

    private static VenueFields SymbolOrAll(string? symbol) => symbol is null ? BybitRequests.Linear().Add("settleCoin", "USDT") : BybitRequests.Linear(symbol);

    private async Task<VenueReply<Done>> SetAsync(VenueRequest request, CancellationToken cancellationToken)
    {
        var reply = await _caller.SendAsync(request, cancellationToken);
        return reply.Is(RefusalMeaning.AlreadySo) ? VenueReply.Accepted(Done.Value) : reply.Select(_ => Done.Value);
    }

    private async Task<VenueReply<OrderAck>> SendOrderAsync(VenueRequest request, CancellationToken cancellationToken)
    {
        var reply = await _caller.SendAsync(request, cancellationToken);
        if (reply.Refusal?.Meaning is RefusalMeaning.Precision or RefusalMeaning.Quantity or RefusalMeaning.Price)
        {
            _instruments.Expire();
        }

        return reply.Read(BybitReplies.Ack);
    }

    private async Task<VenueReply<VenueOrder>> FirstAsync(string path, OrderRef order, CancellationToken cancellationToken)
    {
        var reply = await _caller.SendAsync(VenueRequest.Read(path, BybitRequests.Named(order)), cancellationToken);
        var found = reply.ReadList(root => BybitReplies.List(root).Select(BybitReplies.Order));
        return found.IsAccepted && found.Value.Count == 0
            ? VenueReply.Refused<VenueOrder>(RefusalMeaning.NotFound, "EMPTY", "The exchange knows no such order.")
            : found.Select(all => all[0]);
    }

    private Task<VenueReply<VenueInstrument>> InstrumentAsync(string symbol, CancellationToken cancellationToken) =>
        _instruments.OneAsync(symbol, ReadInstrumentsAsync, cancellationToken);

    private async Task<VenueReply<IReadOnlyList<VenueInstrument>>> ReadInstrumentsAsync(CancellationToken cancellationToken)
    {
        var all = await PagesAsync("/v5/market/instruments-info", () => BybitRequests.Linear().AddNumber("limit", 1000), s => s, cancellationToken, RequestSecurity.Public);
        return all.Convert(BybitReplies.Instruments);
    }

    /// <summary>Without a beginning the exchange answers for the last week; with one, week after week is read.</summary>
    private async Task<VenueReply<IReadOnlyList<T>>> StretchesAsync<T>(
        string path, Func<VenueFields> ask, DateTimeOffset? since, Func<JsonElement, T> read, CancellationToken cancellationToken)
    {
        if (since is null)
        {
            return await PagesAsync(path, ask, read, cancellationToken);
        }

        var all = new List<T>();
        for (var from = since.Value; from <= _caller.Clock.Now; from += Week)
        {
            var begin = from;
            var reply = await PagesAsync(path, () => ask().Add("startTime", begin), read, cancellationToken);
            if (!reply.IsAccepted)
            {
                return reply;
            }

            all.AddRange(reply.Value);
        }

        return VenueReply.Accepted<IReadOnlyList<T>>(all);
    }

    private async Task<VenueReply<IReadOnlyList<T>>> PagesAsync<T>(
        string path, Func<VenueFields> ask, Func<JsonElement, T> read, CancellationToken cancellationToken, RequestSecurity security = RequestSecurity.Signed)
    {
        var all = new List<T>();
        string? cursor = null;
        for (var page = 0; page < FillPages.Most; page++)
        {
            var request = new VenueRequest(HttpMethod.Get, path, RequestKind.Read, security, ask().Add("cursor", cursor));
            var reply = await _caller.SendAsync(request, cancellationToken);
            var items = reply.Read(root => new PageOf<T>([.. BybitReplies.List(root).Select(read)], root.Text("nextPageCursor")));
            if (!items.IsAccepted)
            {
                return items.Select<IReadOnlyList<T>>(_ => []);
            }

            all.AddRange(items.Value.Items);

            // Some lists give a cursor with their last page, too: the page behind it is empty.
            cursor = items.Value.Cursor is { } next ? Uri.UnescapeDataString(next) : null;
            if (cursor is null || items.Value.Items.Count == 0)
            {
                return VenueReply.Accepted<IReadOnlyList<T>>(all);
            }
        }

        return VenueReply.Unknown<IReadOnlyList<T>>("more pages than are read at once");
    }

    private sealed record PageOf<T>(IReadOnlyList<T> Items, string? Cursor);
}
