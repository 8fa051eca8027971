using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace TradingSystem.Venues.Simulated;

/// <summary>
/// The simulated exchange behind the interface of the real ones. Prices are given to it by <see cref="TickAsync"/>, <see cref="TradeAsync"/>
/// and <see cref="CandleAsync"/>. One call runs after the other; what it changed is in the book before it is answered or told. When the book
/// fails, the venue is over: calls are answered <see cref="VenueOutcome.Unknown"/>, the stream throws, and it must be opened anew.
/// </summary>
public sealed class SimulatedVenue : IVenue
{
    public const string VenueName = "simulated";

    /// <summary>Code of a refusal for want of a price that may be traded on.</summary>
    public const string PriceStale = "PRICE_STALE";

    private readonly SemaphoreSlim _turn = new(1);
    private readonly EventReaders _readers = new();
    private readonly SimulatedExchange _exchange;
    private readonly IVenueBook _book;
    private readonly TimeProvider _time;
    private readonly TimeSpan? _longestPriceAge;
    private readonly Dictionary<string, DateTimeOffset> _pricedAt = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ITimer> _timers = new(StringComparer.Ordinal);
    private ImmutableSortedDictionary<string, DateTimeOffset> _countdowns = ImmutableSortedDictionary<string, DateTimeOffset>.Empty;
    private string? _over;

    public SimulatedVenue(VenueAccount account, ExchangeTerms terms, IEnumerable<SymbolTerms> symbols, decimal balance, TimeProvider time)
        : this(account, new SimulatedExchange(terms, symbols, balance, account.MarginMode, account.PositionMode), new VenueHistory(), time)
    {
    }

    /// <param name="exchange">Not to be used by anyone else from here on.</param>
    /// <param name="longestPriceAge">Orders that meet an older price are refused; null for a feed that knows no age.</param>
    public SimulatedVenue(VenueAccount account, SimulatedExchange exchange, IVenueBook book, TimeProvider time, TimeSpan? longestPriceAge = null)
    {
        (Account, _exchange, _book, _time, _longestPriceAge) = (account, exchange, book, time, longestPriceAge);
    }

    public string Name => VenueName;

    public VenueAccount Account { get; }

    public VenueCapabilities Capabilities { get; } = new(new CountdownLimits(CountdownScope.Symbol, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1)))
    {
        TellsFunding = true,
        FillsAtOurPrices = true,
    };

    /// <summary>It goes by our clock.</summary>
    public TimeSpan ClockOffset => TimeSpan.Zero;

    /// <summary>Goes on with countdowns that ran when it was last kept; those that are over by now end first.</summary>
    public async Task ResumeAsync(IReadOnlyDictionary<string, DateTimeOffset> countdowns, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            _countdowns = _countdowns.SetItems(countdowns);
            var now = _time.GetUtcNow();
            foreach (var (symbol, until) in countdowns)
            {
                if (until <= now)
                {
                    await CancelAfterCountdownAsync(symbol);
                }
                else
                {
                    Start(symbol, until - now);
                }
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>A last price. Should nothing come of it, nothing is kept of it.</summary>
    public Task TickAsync(MarketTick tick) => PriceAsync(tick.Symbol, tick.At, e => e.Tick(tick));

    public Task TradeAsync(MarketTrade trade) => PriceAsync(trade.Symbol, trade.At, e => e.Trade(trade));

    public Task CandleAsync(MarketCandle candle) => PriceAsync(candle.Symbol, candle.CloseTime, e => e.Candle(candle));

    public Task MarkAsync(string symbol, decimal price, DateTimeOffset at) => PriceAsync(symbol, null, e => e.Mark(symbol, price, at));

    public Task<VenueReply<ServerTime>> SyncClockAsync(CancellationToken cancellationToken) => AnswerAsync(_ => new ServerTime(_time.GetUtcNow()), cancellationToken);

    public Task<VenueReply<IReadOnlyList<VenueInstrument>>> InstrumentsAsync(CancellationToken cancellationToken) =>
        AnswerAsync<IReadOnlyList<VenueInstrument>>(e => [.. e.State.Markets.Select(m => m.Terms.Instrument)], cancellationToken);

    public Task<VenueReply<VenuePrice>> LastPriceAsync(string symbol, CancellationToken cancellationToken) => RunAsync(
        (e, _) => e.State.Market(symbol) is { Last: > 0m } market ? VenueReply.Accepted(new VenuePrice(symbol, market.Last, e.State.Now))
            : VenueReply.Refused<VenuePrice>(RefusalMeaning.Parameter, "NO_PRICE", $"There is no price of {symbol}."),
        cancellationToken);

    public Task<VenueReply<CredentialCheck>> CheckCredentialsAsync(CancellationToken cancellationToken) =>
        AnswerAsync(e => new CredentialCheck(CanTrade: true, CanWithdraw: false, e.State.PositionMode, e.State.MarginMode, Problem: null), cancellationToken);

    public Task<VenueReply<VenueModes>> ModesAsync(string? symbol, CancellationToken cancellationToken) =>
        AnswerAsync(e => new VenueModes(e.State.PositionMode, e.State.MarginMode), cancellationToken);

    public Task<VenueReply<Done>> SwitchModesAsync(CancellationToken cancellationToken) =>
        RunAsync((e, now) => e.Switch(Account.MarginMode, Account.PositionMode, now), cancellationToken);

    public Task<VenueReply<Done>> PrepareAsync(SymbolSetup setup, CancellationToken cancellationToken) => RunAsync(
        (e, now) => new VenueModes(e.State.PositionMode, e.State.MarginMode).Differs(setup.PositionMode, setup.MarginMode) is { } differs
            ? VenueReply.Refused<Done>(differs)
            : e.Prepare(setup, now),
        cancellationToken);

    public Task<VenueReply<OrderAck>> PlaceAsync(NewOrder order, CancellationToken cancellationToken) =>
        RunAsync(async (e, now) => Stale(order.Symbol, now) ?? await TakenAsync(order.Symbol, order.ClientId, cancellationToken) ?? e.Place(order, now), cancellationToken);

    public Task<VenueReply<OrderAck>> PlaceProtectionAsync(ProtectionOrder order, CancellationToken cancellationToken) =>
        RunAsync(async (e, now) => await TakenAsync(order.Symbol, order.ClientId, cancellationToken) ?? e.Protect(order, now), cancellationToken);

    public Task<VenueReply<VenueOrder>> QueryAsync(OrderRef order, CancellationToken cancellationToken) => RunAsync(
        async (e, _) =>
            e.State.Orders.FirstOrDefault(
                o => order.VenueId is { } id ? id == o.VenueId : order.ClientId is { } ours && ours == o.ClientId)?.ToVenueOrder() is { } open ? VenueReply.Accepted(open)
            : await _book.OrderAsync(order, cancellationToken) is { } ended ? VenueReply.Accepted(ended)
            : VenueReply.Refused<VenueOrder>(RefusalMeaning.NotFound, "UNKNOWN_ORDER", "There is no such order."),
        cancellationToken);

    public Task<VenueReply<OrderAck>> CancelAsync(OrderRef order, CancellationToken cancellationToken) =>
        RunAsync((e, now) => e.Cancel(order.ClientId, order.VenueId, now), cancellationToken);

    public Task<VenueReply<IReadOnlyList<VenueOrder>>> OpenOrdersAsync(string? symbol, CancellationToken cancellationToken) =>
        AnswerAsync<IReadOnlyList<VenueOrder>>(e => [.. e.State.Orders.Where(o => symbol is null || o.Symbol == symbol).Select(o => o.ToVenueOrder())], cancellationToken);

    public Task<VenueReply<IReadOnlyList<VenuePosition>>> PositionsAsync(string? symbol, CancellationToken cancellationToken) =>
        AnswerAsync<IReadOnlyList<VenuePosition>>(e => [.. e.State.Positions.Where(p => symbol is null || p.Symbol == symbol).Select(e.ToVenuePosition)], cancellationToken);

    public Task<VenueReply<IReadOnlyList<VenueBalance>>> BalancesAsync(CancellationToken cancellationToken) =>
        AnswerAsync<IReadOnlyList<VenueBalance>>(e => [e.ToVenueBalance()], cancellationToken);

    public Task<VenueReply<IReadOnlyList<VenueFill>>> FillsAsync(FillQuery query, CancellationToken cancellationToken) =>
        RunAsync(async (_, _) => VenueReply.Accepted(await _book.FillsAsync(query, cancellationToken)), cancellationToken);

    public Task<VenueReply<IReadOnlyList<FundingPayment>>> FundingAsync(string symbol, DateTimeOffset? since, CancellationToken cancellationToken) =>
        RunAsync(async (_, _) => VenueReply.Accepted(await _book.FundingAsync(symbol, since, cancellationToken)), cancellationToken);

    public Task<VenueReply<Done>> CountdownAsync(string symbol, TimeSpan after, CancellationToken cancellationToken)
    {
        var limits = Capabilities.Countdown!;
        if (after != TimeSpan.Zero && (after < limits.Least || after > limits.Most))
        {
            return Task.FromResult(VenueReply.Refused<Done>(RefusalMeaning.Parameter, "COUNTDOWN", $"A countdown is zero, or from {limits.Least} to {limits.Most}."));
        }

        return RunAsync(
            (_, now) =>
            {
                Stop(symbol);
                if (after > TimeSpan.Zero)
                {
                    _countdowns = _countdowns.SetItem(symbol, now + after);
                    Start(symbol, after);
                }

                return VenueReply.Accepted(Done.Value);
            },
            cancellationToken);
    }

    public async IAsyncEnumerable<VenueEvent> StreamAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = _readers.Add();
        try
        {
            yield return new StreamOpened(_time.GetUtcNow());
            while (await reader.WaitAsync(cancellationToken))
            {
                while (reader.Take() is { } happened)
                {
                    yield return happened;
                }
            }
        }
        finally
        {
            _readers.Remove(reader);
        }
    }

    /// <summary>Waits for what is being kept; nothing is taken after it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync();
        _over ??= "the venue was closed";
        foreach (var timer in _timers.Values)
        {
            await timer.DisposeAsync();
        }

        _timers.Clear();
        _readers.Complete(null);
        _turn.Release();
    }

    /// <summary>Null when the symbol has a price that may be traded on.</summary>
    private VenueReply<OrderAck>? Stale(string symbol, DateTimeOffset now) =>
        _longestPriceAge is { } longest && (!_pricedAt.TryGetValue(symbol, out var at) || now - at > longest)
            ? VenueReply.Refused<OrderAck>(RefusalMeaning.Busy, PriceStale, $"There is no price of {symbol} that is younger than {longest.TotalSeconds:0.###} s.")
            : null;

    /// <summary>Null for a client id that no order has had that is still known.</summary>
    private async Task<VenueReply<OrderAck>?> TakenAsync(string symbol, string clientId, CancellationToken cancellationToken) =>
        await _book.OrderAsync(new(symbol, clientId), cancellationToken) is not null
            ? VenueReply.Refused<OrderAck>(RefusalMeaning.Duplicate, "DUPLICATE", $"{clientId} is the id of an order that has ended.")
            : null;

    private Task<VenueReply<T>> AnswerAsync<T>(Func<SimulatedExchange, T> read, CancellationToken cancellationToken)
        where T : class => RunAsync((e, _) => VenueReply.Accepted(read(e)), cancellationToken);

    private Task<VenueReply<T>> RunAsync<T>(Func<SimulatedExchange, DateTimeOffset, VenueReply<T>> call, CancellationToken cancellationToken)
        where T : class => RunAsync((e, now) => Task.FromResult(call(e, now)), cancellationToken);

    private async Task<VenueReply<T>> RunAsync<T>(Func<SimulatedExchange, DateTimeOffset, Task<VenueReply<T>>> call, CancellationToken cancellationToken)
        where T : class
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_over is not null)
            {
                return VenueReply.Unknown<T>(_over);
            }

            var (before, countdowns) = (_exchange.State, _countdowns);
            var reply = await AskAsync(call, before, cancellationToken);
            // Time goes on by itself.
            var changed = _exchange.State with { Now = before.Now } != before || countdowns != _countdowns;
            return _over is null && await KeptAsync(changed) ? reply : VenueReply.Unknown<T>(_over!);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>A book that cannot be read makes an answer unknown; whatever else goes wrong ends the venue.</summary>
    private async Task<VenueReply<T>> AskAsync<T>(Func<SimulatedExchange, DateTimeOffset, Task<VenueReply<T>>> call, ExchangeState before, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await call(_exchange, _time.GetUtcNow());
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            if (_exchange.State != before)
            {
                End(e);
            }

            return VenueReply.Unknown<T>(e.Message);
        }
    }

    /// <param name="at">When the price was seen; null when it is none that orders are filled at.</param>
    private async Task PriceAsync(string symbol, DateTimeOffset? at, Action<SimulatedExchange> tell)
    {
        await _turn.WaitAsync();
        try
        {
            if (_over is null)
            {
                if (at is { } seen)
                {
                    _pricedAt[symbol] = seen;
                }

                tell(_exchange);
                await KeptAsync(changed: false);
            }
        }
        catch (Exception e)
        {
            End(e);
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>False when the book failed: nobody knows then what is in it.</summary>
    /// <param name="changed">To be kept although nothing happened that anybody is told of.</param>
    private async Task<bool> KeptAsync(bool changed)
    {
        var happened = _exchange.TakeEvents();
        if (happened.Count == 0 && !changed)
        {
            return true;
        }

        try
        {
            await _book.SaveAsync(new(_exchange.State, _countdowns), happened);
        }
        catch (Exception e)
        {
            End(e);
            return false;
        }

        _readers.Tell(happened);
        return true;
    }

    /// <summary>What is in memory may not be what is kept: nothing more is answered from it.</summary>
    private void End(Exception e)
    {
        _over ??= $"what it did could not be kept: {e.Message}";
        _readers.Complete(e);
    }

    private void Start(string symbol, TimeSpan after)
    {
        if (_timers.Remove(symbol, out var timer))
        {
            timer.Dispose();
        }

        _timers[symbol] = _time.CreateTimer(_ => _ = ExpireAsync(symbol), null, after, Timeout.InfiniteTimeSpan);
    }

    private void Stop(string symbol)
    {
        _countdowns = _countdowns.Remove(symbol);
        if (_timers.Remove(symbol, out var timer))
        {
            timer.Dispose();
        }
    }

    private async Task ExpireAsync(string symbol)
    {
        await _turn.WaitAsync();
        try
        {
            if (_over is not null || !_countdowns.TryGetValue(symbol, out var until))
            {
                return;
            }

            // It may have been renewed while this waited for its turn, and timers may be early.
            if (until - _time.GetUtcNow() is var left && left > TimeSpan.Zero)
            {
                Start(symbol, left);
            }
            else
            {
                await CancelAfterCountdownAsync(symbol);
            }
        }
        catch (Exception e)
        {
            End(e);
        }
        finally
        {
            _turn.Release();
        }
    }

    private Task<bool> CancelAfterCountdownAsync(string symbol)
    {
        Stop(symbol);
        _exchange.CancelOrders(symbol, _time.GetUtcNow());
        return KeptAsync(changed: true);
    }
}
