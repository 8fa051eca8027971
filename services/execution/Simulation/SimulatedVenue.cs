using System.Runtime.CompilerServices;
using System.Threading.Channels;
using TradingSystem.Execution.Venues;

namespace TradingSystem.Execution.Simulation;

/// <summary>
/// The simulated exchange behind the interface of the real ones. Prices are given to it by <see cref="Tick"/>, <see cref="Trade"/> and
/// <see cref="Candle"/>. Every call answers at once and definitely: nothing lies between it and its exchange.
/// </summary>
public sealed class SimulatedVenue : IVenue
{
    public const string VenueName = "simulated";

    // A subscriber that is this far behind is told of a gap instead of being waited for.
    private const int MostUnread = 4096;

    private readonly Lock _gate = new();
    private readonly SimulatedExchange _exchange;
    private readonly VenueHistory _history = new();
    private readonly TimeProvider _time;
    private readonly List<Subscriber> _subscribers = [];
    private readonly Dictionary<string, ITimer> _countdowns = [];

    public SimulatedVenue(VenueAccount account, ExchangeTerms terms, IEnumerable<SymbolTerms> symbols, decimal balance, TimeProvider time)
        : this(account, new SimulatedExchange(terms, symbols, balance, account.MarginMode, account.PositionMode), time)
    {
    }

    /// <param name="exchange">Not to be used by anyone else from here on.</param>
    public SimulatedVenue(VenueAccount account, SimulatedExchange exchange, TimeProvider time)
    {
        (Account, _exchange, _time) = (account, exchange, time);
    }

    public string Name => VenueName;

    public VenueAccount Account { get; }

    public VenueCapabilities Capabilities { get; } = new(
        AttachedProtection: false,
        ProtectionPair: false,
        MarginModePerAccount: true,
        PositionModePerAccount: true,
        ClientIdsForEver: false,
        new CountdownLimits(CountdownScope.Symbol, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1)));

    /// <summary>It goes by our clock.</summary>
    public TimeSpan ClockOffset => TimeSpan.Zero;

    /// <summary>To go on with later.</summary>
    public ExchangeState State
    {
        get
        {
            lock (_gate)
            {
                return _exchange.State;
            }
        }
    }

    public void Tick(MarketTick tick) => Run(e => e.Tick(tick));

    public void Trade(MarketTrade trade) => Run(e => e.Trade(trade));

    public void Candle(MarketCandle candle) => Run(e => e.Candle(candle));

    public void Mark(string symbol, decimal price, DateTimeOffset at) => Run(e => e.Mark(symbol, price, at));

    public void SetFundingRate(string symbol, decimal rate) => Run(e => e.SetFundingRate(symbol, rate));

    public Task<VenueReply<ServerTime>> SyncClockAsync(CancellationToken cancellationToken) => Answer(_ => new ServerTime(_time.GetUtcNow()), cancellationToken);

    public Task<VenueReply<IReadOnlyList<VenueInstrument>>> InstrumentsAsync(CancellationToken cancellationToken) =>
        Answer<IReadOnlyList<VenueInstrument>>(e => [.. e.State.Markets.Select(m => m.Terms.Instrument)], cancellationToken);

    public Task<VenueReply<VenuePrice>> MarkPriceAsync(string symbol, CancellationToken cancellationToken) => PriceAsync(symbol, m => m.MarkPrice, cancellationToken);

    public Task<VenueReply<VenuePrice>> LastPriceAsync(string symbol, CancellationToken cancellationToken) => PriceAsync(symbol, m => m.Last, cancellationToken);

    public Task<VenueReply<CredentialCheck>> CheckCredentialsAsync(CancellationToken cancellationToken) =>
        Answer(e => new CredentialCheck(CanTrade: true, CanWithdraw: false, e.State.PositionMode, e.State.MarginMode, Problem: null), cancellationToken);

    public Task<VenueReply<Done>> PrepareAsync(SymbolSetup setup, CancellationToken cancellationToken) => Run((e, now) => e.Prepare(setup, now), cancellationToken);

    public Task<VenueReply<OrderAck>> PlaceAsync(NewOrder order, CancellationToken cancellationToken) => Run((e, now) => e.Place(order, now), cancellationToken);

    public Task<VenueReply<OrderAck>> PlaceProtectionAsync(ProtectionOrder order, CancellationToken cancellationToken) => Run((e, now) => e.Protect(order, now), cancellationToken);

    public Task<VenueReply<OrderAck>> PlaceProtectionPairAsync(ProtectionPair pair, CancellationToken cancellationToken) =>
        Task.FromResult(VenueReply.Refused<OrderAck>(RefusalMeaning.Configuration, "NO_PAIRS", "Legs are placed one by one; those that cover the same position cancel each other."));

    public Task<VenueReply<VenueOrder>> QueryAsync(OrderRef order, CancellationToken cancellationToken) => Run((e, _) =>
        e.State.Orders.FirstOrDefault(o => Is(order, o.VenueId, o.ClientId))?.ToVenueOrder() is { } open ? VenueReply.Accepted(open)
        : _history.Order(o => Is(order, o.VenueId, o.ClientId)) is { } ended ? VenueReply.Accepted(ended)
        : VenueReply.Refused<VenueOrder>(RefusalMeaning.NotFound, "UNKNOWN_ORDER", "There is no such order."), cancellationToken);

    public Task<VenueReply<OrderAck>> CancelAsync(OrderRef order, CancellationToken cancellationToken) => Run((e, now) => e.Cancel(order.ClientId, order.VenueId, now), cancellationToken);

    public Task<VenueReply<CancelledAll>> CancelAllAsync(string symbol, CancellationToken cancellationToken) =>
        Run((e, now) => VenueReply.Accepted(new CancelledAll(e.CancelAll(symbol, now))), cancellationToken);

    public Task<VenueReply<IReadOnlyList<VenueOrder>>> OpenOrdersAsync(string? symbol, CancellationToken cancellationToken) =>
        Answer<IReadOnlyList<VenueOrder>>(e => [.. e.State.Orders.Where(o => symbol is null || o.Symbol == symbol).Select(o => o.ToVenueOrder())], cancellationToken);

    public Task<VenueReply<IReadOnlyList<VenuePosition>>> PositionsAsync(string? symbol, CancellationToken cancellationToken) =>
        Answer<IReadOnlyList<VenuePosition>>(e => [.. e.State.Positions.Where(p => symbol is null || p.Symbol == symbol).Select(e.ToVenuePosition)], cancellationToken);

    public Task<VenueReply<IReadOnlyList<VenueBalance>>> BalancesAsync(CancellationToken cancellationToken) => Answer<IReadOnlyList<VenueBalance>>(e => [e.ToVenueBalance()], cancellationToken);

    public Task<VenueReply<IReadOnlyList<VenueFill>>> FillsAsync(FillQuery query, CancellationToken cancellationToken) => Answer(_ => _history.Fills(query), cancellationToken);

    public Task<VenueReply<IReadOnlyList<RealizedPnl>>> RealizedPnlAsync(string symbol, DateTimeOffset? since, CancellationToken cancellationToken) =>
        Answer(_ => _history.RealizedPnl(symbol, since), cancellationToken);

    public Task<VenueReply<IReadOnlyList<FundingPayment>>> FundingAsync(string symbol, DateTimeOffset? since, CancellationToken cancellationToken) =>
        Answer(_ => _history.Funding(symbol, since), cancellationToken);

    public Task<VenueReply<Done>> CountdownAsync(string symbol, TimeSpan after, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var limits = Capabilities.Countdown!;
        if (after != TimeSpan.Zero && (after < limits.Least || after > limits.Most))
        {
            return Task.FromResult(VenueReply.Refused<Done>(RefusalMeaning.Parameter, "COUNTDOWN", $"A countdown is zero, or from {limits.Least} to {limits.Most}."));
        }

        lock (_gate)
        {
            if (_countdowns.Remove(symbol, out var running))
            {
                running.Dispose();
            }

            if (after > TimeSpan.Zero)
            {
                _countdowns[symbol] = _time.CreateTimer(_ => Run(e => e.CancelAll(symbol, _time.GetUtcNow(), keepProtection: true)), null, after, Timeout.InfiniteTimeSpan);
            }
        }

        return Task.FromResult(VenueReply.Accepted(Done.Value));
    }

    public async IAsyncEnumerable<VenueEvent> StreamAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var subscriber = new Subscriber(MostUnread);
        lock (_gate)
        {
            _subscribers.Add(subscriber);
        }

        try
        {
            yield return new StreamOpened(_time.GetUtcNow());
            while (await Wait(subscriber, cancellationToken))
            {
                while (subscriber.Take() is { } happened)
                {
                    yield return happened;
                }
            }
        }
        finally
        {
            lock (_gate)
            {
                _subscribers.Remove(subscriber);
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            foreach (var countdown in _countdowns.Values)
            {
                countdown.Dispose();
            }

            _countdowns.Clear();
            _subscribers.ForEach(s => s.Complete());
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>False when the stream is over; its token ends it without an exception, as its contract says.</summary>
    private static async Task<bool> Wait(Subscriber subscriber, CancellationToken cancellationToken)
    {
        try
        {
            return await subscriber.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static bool Is(OrderRef order, string venueId, string? clientId) => order.VenueId is { } id ? id == venueId : order.ClientId is { } ours && ours == clientId;

    private Task<VenueReply<VenuePrice>> PriceAsync(string symbol, Func<SimulatedMarket, decimal> price, CancellationToken cancellationToken) => Run((e, now) =>
        e.State.Market(symbol) is { Last: > 0m } market ? VenueReply.Accepted(new VenuePrice(symbol, price(market), e.State.Now))
        : VenueReply.Refused<VenuePrice>(RefusalMeaning.Parameter, "NO_PRICE", $"There is no price of {symbol}."), cancellationToken);

    private Task<VenueReply<T>> Answer<T>(Func<SimulatedExchange, T> read, CancellationToken cancellationToken)
        where T : class => Run((e, _) => VenueReply.Accepted(read(e)), cancellationToken);

    private Task<VenueReply<T>> Run<T>(Func<SimulatedExchange, DateTimeOffset, VenueReply<T>> call, CancellationToken cancellationToken)
        where T : class
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            var reply = call(_exchange, _time.GetUtcNow());
            Tell();
            return Task.FromResult(reply);
        }
    }

    private void Run(Action<SimulatedExchange> call)
    {
        lock (_gate)
        {
            call(_exchange);
            Tell();
        }
    }

    private void Tell()
    {
        foreach (var happened in _exchange.TakeEvents())
        {
            _history.Add(happened);
            _subscribers.ForEach(s => s.Add(happened));
        }
    }

    /// <summary>One reader's events; what it did not take in time is replaced by one gap.</summary>
    private sealed class Subscriber(int most)
    {
        private readonly Channel<VenueEvent> _events = Channel.CreateBounded<VenueEvent>(new BoundedChannelOptions(most) { SingleReader = true });
        private DateTimeOffset? _lostSince;

        public void Add(VenueEvent happened)
        {
            if (_lostSince is { } since)
            {
                if (_events.Writer.TryWrite(new StreamGap("The reader was too slow.", since, happened.At)) && _events.Writer.TryWrite(happened))
                {
                    _lostSince = null;
                }
            }
            else if (!_events.Writer.TryWrite(happened))
            {
                _lostSince = happened.At;
            }
        }

        public VenueEvent? Take() => _events.Reader.TryRead(out var happened) ? happened : null;

        public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => await _events.Reader.WaitToReadAsync(cancellationToken);

        public void Complete() => _events.Writer.TryComplete();
    }
}
