using System.Threading.Channels;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Prices;
using TradingSystem.Execution.Settings;
using TradingSystem.Venues.Instruments;
using TradingSystem.Venues.Simulated;

namespace TradingSystem.Execution.Simulation;

/// <summary>Gives the prices that this node hears to the simulated venues that are open here, in their order. A stale price is given to none.</summary>
public sealed class VenuePrices(PriceBook prices, InstrumentTable instruments, ExecutionOptions options, TimeProvider time, ILogger<VenuePrices> log) : IPriceListener
{
    // Minutes of a busy feed. A venue that is further behind misses the oldest, as the node does that misses a message of prices.
    private const int MostWaiting = 4096;

    private readonly ExecutionOptions _options = options;
    private readonly TimeProvider _time = time;
    private readonly ILogger _log = log;
    private readonly Lock _gate = new();
    private Feed[] _feeds = [];

    /// <summary>Prices as they come; never blocks.</summary>
    public void See(IReadOnlyList<PriceTick> ticks)
    {
        foreach (var feed in Volatile.Read(ref _feeds))
        {
            feed.Add(ticks);
        }
    }

    /// <summary>Feeds the venue until it is disposed, beginning with the last prices that may be traded on.</summary>
    public IAsyncDisposable Open(SimulatedVenue venue)
    {
        var feed = new Feed(this, venue);
        lock (_gate)
        {
            _feeds = [.. _feeds, feed];
        }

        // What was traded before the venue was opened is not there to be taken; that nothing is, is known where trades are told.
        feed.Add([.. instruments.All.Select(i => prices.Find(i.Symbol)).OfType<PriceTick>().Select(t => t.Trades is null ? t : t with { Trades = [] })]);
        return feed;
    }

    private void Close(Feed feed)
    {
        lock (_gate)
        {
            _feeds = [.. _feeds.Where(f => f != feed)];
        }
    }

    private sealed class Feed : IAsyncDisposable
    {
        private readonly VenuePrices _owner;
        private readonly SimulatedVenue _venue;
        private readonly Channel<PriceTick> _waiting;
        private readonly Dictionary<string, DateTimeOffset> _seen = new(StringComparer.Ordinal);
        private readonly CancellationTokenSource _end = new();
        private readonly Task _running;
        private int _missed;

        public Feed(VenuePrices owner, SimulatedVenue venue)
        {
            (_owner, _venue) = (owner, venue);
            _waiting = Channel.CreateBounded<PriceTick>(
                new BoundedChannelOptions(MostWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest }, _ => Interlocked.Increment(ref _missed));
            _running = Task.Run(RunAsync);
        }

        public void Add(IReadOnlyList<PriceTick> ticks)
        {
            foreach (var tick in ticks)
            {
                _waiting.Writer.TryWrite(tick);
            }
        }

        public async ValueTask DisposeAsync()
        {
            _owner.Close(this);
            await _end.CancelAsync();
            await _running;
            _end.Dispose();
        }

        private async Task RunAsync()
        {
            try
            {
                await foreach (var tick in _waiting.Reader.ReadAllAsync(_end.Token))
                {
                    if (Interlocked.Exchange(ref _missed, 0) is var missed && missed > 0)
                    {
                        VenuePricesLog.Missed(_owner._log, missed, _venue.Account.Id);
                    }

                    await GiveAsync(tick);
                }
            }
            catch (OperationCanceledException) when (_end.IsCancellationRequested)
            {
                // The venue is closed.
            }
            catch (Exception e)
            {
                // The venue ended with it, and its desk with the venue.
                VenuePricesLog.Ended(_owner._log, _venue.Account.Id, e);
            }
        }

        private async Task GiveAsync(PriceTick tick)
        {
            var now = _owner._time.GetUtcNow();
            // A sender whose clock runs ahead must not stop time for the others.
            var at = tick.ObservedAt > now ? now : tick.ObservedAt;
            var isKnown = _seen.TryGetValue(tick.Symbol, out var last);
            if (tick.Price <= 0m || (isKnown && at < last))
            {
                return;
            }

            if (now - at > _owner._options.MaxPriceAge)
            {
                await QuietAsync(tick, now);
                return;
            }

            if (isKnown && at == last && tick is { MarkedAt: not null, Trades.Count: 0 })
            {
                // Told for its mark price: of the last trade there is nothing new.
                return;
            }

            _seen[tick.Symbol] = at;
            if (tick.Trades is not { } trades)
            {
                await _venue.TickAsync(new(tick.Symbol, tick.Price, tick.Bid, tick.Ask, at, tick.MarketTime));
                return;
            }

            // The quotes are those after the last trade. A tick without trades is one of nothing at its price.
            for (var i = 0; i < trades.Count - 1; i++)
            {
                await _venue.TradeAsync(new(tick.Symbol, trades[i].Price, trades[i].Quantity, at, trades[i].TakerBuys, MarketTime: tick.MarketTime));
            }

            var newest = trades.Count == 0 ? new TickTrade(tick.Price, 0m, null) : trades[^1];
            await _venue.TradeAsync(new(tick.Symbol, newest.Price, newest.Quantity, at, newest.TakerBuys, tick.Bid, tick.Ask, tick.MarketTime));
        }

        /// <summary>
        /// Nobody trades. What rests and waits goes by trades and hears of none; what is sent may go on the quotes, or on the mark price where the feed is
        /// not sure of them, and fills as soon as somebody trades again.
        /// </summary>
        private async Task QuietAsync(PriceTick tick, DateTimeOffset now)
        {
            if (QuietPrice.At(tick, now, _owner._options.MaxPriceAge) is { } quiet)
            {
                var at = quiet.ObservedAt > now ? now : quiet.ObservedAt;
                await _venue.TradeAsync(new(tick.Symbol, tick.Price, 0m, at, null, quiet.Bid ?? quiet.Price, quiet.Ask ?? quiet.Price, quiet.MarketTime));
            }
        }
    }
}

internal static partial class VenuePricesLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The simulated venue of account {Account} was too slow for {Count} prices")]
    public static partial void Missed(ILogger logger, int count, Guid account);

    [LoggerMessage(Level = LogLevel.Error, Message = "The simulated venue of account {Account} ended at a price")]
    public static partial void Ended(ILogger logger, Guid account, Exception exception);
}
