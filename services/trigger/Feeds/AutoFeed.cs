using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Candles;

namespace TradingSystem.Trigger.Feeds;

/// <summary>
/// Live, or simulated when live shows no price within <paramref name="patience"/>. The choice is made once and kept: a market does not change
/// under open positions, at a restart neither. A live feed that is out of reach at a later start tells no prices until it is back.
/// </summary>
public sealed class AutoFeed(IMarketFeed live, Func<string, IMarketFeed> simulated, TimeSpan patience, PatientFeedStates states, TimeProvider time) : IMarketFeed
{
    public const string Notice = "live feed out of reach; simulated market";
    public const string Kept = "simulated market, as chosen at the first start; MARKET=live leaves it";

    private const string Key = "auto";

    public async Task RunAsync(IFeedSink sink, CancellationToken cancellationToken)
    {
        switch (await ChosenAsync(null, cancellationToken))
        {
            case FeedStatus.Live:
                await live.RunAsync(sink, cancellationToken);
                return;
            case FeedStatus.Simulated:
                await simulated(Kept).RunAsync(sink, cancellationToken);
                return;
            default:
                await ChooseAsync(sink, cancellationToken);
                return;
        }
    }

    private async Task ChooseAsync(IFeedSink sink, CancellationToken cancellationToken)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var gate = new Gate(sink);
        var running = live.RunAsync(gate, giveUp.Token);
        await Task.WhenAny(gate.FirstPrice, running, Task.Delay(patience, time, cancellationToken));
        cancellationToken.ThrowIfCancellationRequested();
        if (gate.Close())
        {
            await ChosenAsync(FeedStatus.Live, cancellationToken);
            await running;
            return;
        }

        await giveUp.CancelAsync();
        // Not awaited: the gate is shut, and a connect that hangs must not hold up the market.
        _ = running.ContinueWith(t => _ = t.Exception, TaskScheduler.Default);
        await ChosenAsync(FeedStatus.Simulated, cancellationToken);
        await simulated(Notice).RunAsync(sink, cancellationToken);
    }

    /// <summary>The source that was chosen first, <paramref name="source"/> if none was; null if none is.</summary>
    private async Task<string?> ChosenAsync(string? source, CancellationToken cancellationToken)
    {
        var kept = await states.ChangeAsync(Key, known => known.Count > 0 || source is null ? known : [new FeedState(time.GetUtcNow(), source)], cancellationToken);
        return kept.Count > 0 ? kept[0].Text : null;
    }

    /// <summary>Holds back what live tells until its first price, so that half a live market never mixes with the simulated one.</summary>
    private sealed class Gate(IFeedSink sink) : IFeedSink
    {
        private readonly Lock _lock = new();
        private readonly List<Action> _held = [];
        private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool _open;
        private bool _closed;

        public Task FirstPrice => _first.Task;

        /// <summary>Ends the waiting; true if live has won.</summary>
        public bool Close()
        {
            lock (_lock)
            {
                _closed = !_open;
                return _open;
            }
        }

        public void Started(FeedStatus status) => Pass(() => sink.Started(status));

        public void History(string symbol, Interval interval, IReadOnlyList<Candle> candles, bool derive) =>
            Pass(() => sink.History(symbol, interval, candles, derive));

        public void Quote(string symbol, decimal bid, decimal ask)
        {
            // A quote that is held back would be old when it is let through.
            if (_open)
            {
                sink.Quote(symbol, bid, ask);
            }
        }

        public void Mark(Mark mark)
        {
            if (_open)
            {
                sink.Mark(mark);
            }
        }

        public void Advance(DateTimeOffset marketTime) => Pass(() => sink.Advance(marketTime));

        public void Torn() => Pass(sink.Torn);

        public void Gap(string symbol, DateTimeOffset until) => Pass(() => sink.Gap(symbol, until));

        public IReadOnlyList<LackingBars> Lacking(TimeSpan grace) => _open ? sink.Lacking(grace) : [];

        public void Trades(IReadOnlyList<Trade> trades)
        {
            lock (_lock)
            {
                if (!_open && !_closed)
                {
                    _open = true;
                    _held.ForEach(a => a());
                    _held.Clear();
                    _first.TrySetResult();
                }

                if (_open)
                {
                    sink.Trades(trades);
                }
            }
        }

        private void Pass(Action action)
        {
            lock (_lock)
            {
                if (_open)
                {
                    action();
                }
                else if (!_closed)
                {
                    _held.Add(action);
                }
            }
        }
    }
}
