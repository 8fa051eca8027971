using System.Globalization;
using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Candles;

namespace TradingSystem.Trigger.Feeds;

/// <summary>
/// A market of its own when none is in reach: one step each 200 ms on the clock's grid, with thirty hours of history. Every price is decided by
/// the seed, the moment the market began and the time. The beginning is kept, and the state of each full hour, so that a start works out again
/// whatever was told before and what happened while nobody told it: a restart, after a crash too, finds price and candles where they must be,
/// and two nodes tell the same.
/// </summary>
public sealed class SimulatedFeed(IReadOnlyList<string> symbols, ulong seed, PatientFeedStates states, TimeProvider time, string? notice = null) : IMarketFeed
{
    public const int HistoryMinutes = 1802;

    private const int HistorySeconds = 300;
    private const int MaxUnsaved = 128;
    private static readonly TimeSpan History = TimeSpan.FromMinutes(HistoryMinutes);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    // Beyond it the market was closed: it goes on with the price that it was left at, and the time between has no candles.
    private static readonly TimeSpan LongestAbsence = TimeSpan.FromDays(3);

    // A process that stood still for longer (a laptop asleep) tells what it missed as candles, not as prices of now.
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly string _key = string.Create(CultureInfo.InvariantCulture, $"{FeedStatus.Simulated}:{seed}");
    private readonly List<FeedState> _unsaved = [];
    private Dictionary<string, CandleSeries> _seconds = [];
    private Dictionary<string, CandleSeries> _minutes = [];
    private SimulatedMarket _market = new(symbols, seed);
    private DateTimeOffset _next;
    private Task _saving = Task.CompletedTask;
    private Task<Dictionary<string, CandleSeries>>? _older;

    public async Task RunAsync(IFeedSink sink, CancellationToken cancellationToken)
    {
        await BeginAsync(sink, cancellationToken);
        while (true)
        {
            if (_older is { IsCompleted: true })
            {
                await TellOlderAsync(sink);
            }

            var wait = _next - time.GetUtcNow();
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait < LongestWait ? wait : LongestWait, time, cancellationToken);
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (_next <= time.GetUtcNow())
            {
                await GoOnAsync(sink, cancellationToken);
            }
        }
    }

    /// <summary>
    /// Tells status and the history since an hour that is known: a start with open positions needs a price at once. What is older is worked out
    /// beside it, see <see cref="TellOlderAsync"/>. At a market's first start the step that comes next has the same number whenever that is, and
    /// whole seconds begin at the same steps, so a seed shows a newcomer the same seconds.
    /// </summary>
    public async Task BeginAsync(IFeedSink sink, CancellationToken cancellationToken)
    {
        var now = Interval.Second.Floor(time.GetUtcNow());
        var known = await states.ChangeAsync(_key, kept => Resume(kept, now), cancellationToken);
        var recent = known.LastOrDefault(s => s.At <= now - TimeSpan.FromSeconds(HistorySeconds)) ?? known[0];
        var state = SimulatedState.Read(recent.Text);
        if (!symbols.All(state.Instruments.ContainsKey))
        {
            // A new symbol begins with the history, once for all: its past is the same at every later start.
            (recent, state) = (known[0], SimulatedState.Read(known[0].Text));
        }

        _market = new SimulatedMarket(symbols, seed, state);
        _next = recent.At;
        sink.Started(new FeedStatus(FeedStatus.Simulated, _key, Interval.Second, Interval.Second, symbols, notice));
        _seconds = symbols.ToDictionary(s => s, s => new CandleSeries(s, Interval.Second, HistorySeconds));
        _minutes = symbols.ToDictionary(s => s, s => new CandleSeries(s, Interval.Minute, HistoryMinutes));
        CatchUp(sink, now);
        if (recent.At > known[0].At)
        {
            _older = Task.Run(() => Minutes(known[0], recent.At, cancellationToken), cancellationToken);
        }

        // Before the first price: a symbol that began here must not begin again elsewhere.
        await SaveAsync(cancellationToken);
    }

    /// <summary>The whole history, once what is older than what was told at the begin is worked out; nothing where nothing is.</summary>
    public async Task TellOlderAsync(IFeedSink sink)
    {
        if (_older is not { } working)
        {
            return;
        }

        var older = await working;
        _older = null;
        foreach (var symbol in symbols)
        {
            // With the newer bars, too: longer ones may begin in the older and end in the newer.
            var (before, since) = (older[symbol].Closed(HistoryMinutes), _minutes[symbol].Closed(HistoryMinutes));
            Candle[] bars = [.. before.Where(b => since.Count == 0 || b.OpenTime < since[0].OpenTime), .. since];
            _minutes[symbol].Seed(before, exact: false);
            sink.History(symbol, Interval.Minute, _minutes[symbol].Current is { } moving ? [.. bars, moving] : bars, derive: true);
        }
    }

    /// <summary>One step, whatever the clock says.</summary>
    public void Step(IFeedSink sink)
    {
        sink.Trades(Step());
        // The step is the last of its second: the bar need not wait for the next trade.
        if (_next.Ticks % TimeSpan.TicksPerSecond == 0)
        {
            sink.Advance(_next);
        }
    }

    private async Task GoOnAsync(IFeedSink sink, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (now - _next > LongestPause)
        {
            CatchUp(sink, Interval.Second.Floor(now));
        }
        else
        {
            Step(sink);
        }

        // Prices do not wait for the database: what is not saved is only worked out again from an earlier hour.
        if (_unsaved.Count > 0 && _saving.IsCompleted)
        {
            await _saving;
            _saving = SaveAsync(cancellationToken);
        }
    }

    private void CatchUp(IFeedSink sink, DateTimeOffset to)
    {
        // The first minute of what is known may have begun in the middle.
        var from = Interval.Minute.Floor(_next + Interval.Minute.Length - TimeSpan.FromTicks(1));
        var closed = new List<Candle>();
        while (_next < to)
        {
            if (_next >= from && _next.Ticks % Interval.Minute.Length.Ticks == 0 && _next + Interval.Minute.Length <= to - TimeSpan.FromSeconds(HistorySeconds))
            {
                // Nobody asks for its seconds.
                KeepHour();
                Record(_minutes, _next, _market.Minute(), closed);
                _next += Interval.Minute.Length;
                continue;
            }

            var (at, recorded) = (_next, _next >= from || _minutes[symbols[0]].Current is not null);
            var trades = Next();
            if (recorded)
            {
                Record(_minutes, trades, closed);
            }

            if (at >= to - TimeSpan.FromSeconds(HistorySeconds))
            {
                Record(_seconds, trades, closed);
            }
        }

        foreach (var symbol in symbols)
        {
            _seconds[symbol].Advance(to, false, closed);
            _minutes[symbol].Advance(to, false, closed);
            var bars = _minutes[symbol].Closed(HistoryMinutes);
            sink.History(symbol, Interval.Minute, _minutes[symbol].Current is { } moving ? [.. bars, moving] : bars, derive: true);
            sink.History(symbol, Interval.Second, _seconds[symbol].Closed(HistorySeconds), derive: false);
        }
    }

    /// <summary>The minutes from a state to a moment at which another begins.</summary>
    private Dictionary<string, CandleSeries> Minutes(FeedState state, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var market = new SimulatedMarket(symbols, seed, SimulatedState.Read(state.Text));
        var minutes = symbols.ToDictionary(s => s, s => new CandleSeries(s, Interval.Minute, HistoryMinutes));
        var from = Interval.Minute.Floor(state.At + Interval.Minute.Length - TimeSpan.FromTicks(1));
        var closed = new List<Candle>();
        var at = state.At;
        for (; at < from && at < to; at += SimulatedMarket.StepLength)
        {
            market.Step(at);
        }

        for (; at + Interval.Minute.Length <= to; at += Interval.Minute.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Record(minutes, at, market.Minute(), closed);
        }

        for (; at < to; at += SimulatedMarket.StepLength)
        {
            Record(minutes, market.Step(at), closed);
        }

        foreach (var series in minutes.Values)
        {
            series.Advance(to, false, closed);
        }

        return minutes;
    }

    private IReadOnlyList<Trade> Step()
    {
        var trades = Next();
        var closed = new List<Candle>();
        Record(_minutes, trades, closed);
        Record(_seconds, trades, closed);
        return trades;
    }

    /// <summary>Before the step that comes next, if it is an hour's first.</summary>
    private void KeepHour()
    {
        if (_next.Ticks % Hour.Ticks == 0)
        {
            _unsaved.Add(new FeedState(_next, _market.State.Write()));
            _unsaved.RemoveRange(0, Math.Max(0, _unsaved.Count - MaxUnsaved));
        }
    }

    private IReadOnlyList<Trade> Next()
    {
        KeepHour();
        var trades = _market.Step(_next);
        _next += SimulatedMarket.StepLength;
        return trades;
    }

    private static void Record(Dictionary<string, CandleSeries> series, IReadOnlyList<Trade> trades, List<Candle> closed)
    {
        foreach (var t in trades)
        {
            series[t.Symbol].Apply(t.MarketTime, t.Price, t.Price, t.Price, t.Price, t.Quantity, closed);
        }

        closed.Clear();
    }

    private static void Record(Dictionary<string, CandleSeries> series, DateTimeOffset at, IReadOnlyList<SimulatedBar> bars, List<Candle> closed)
    {
        foreach (var bar in bars)
        {
            series[bar.Symbol].Apply(at, bar.Open, bar.High, bar.Low, bar.Close, bar.Volume, closed);
        }

        closed.Clear();
    }

    private List<FeedState> Resume(IReadOnlyList<FeedState> kept, DateTimeOffset now)
    {
        if (kept.Count == 0)
        {
            return [new FeedState(now - History, new SimulatedMarket(symbols, seed).State.Write())];
        }

        return kept[^1].At < now - History - LongestAbsence ? [kept[^1] with { At = now - History }] : Enough(kept, now);
    }

    // The newest state before the history's begin, and all after it. Hours that another node saved meanwhile are kept, with its symbols.
    private static List<FeedState> Enough(IReadOnlyList<FeedState> states, DateTimeOffset now) =>
        [.. states.Skip(Math.Max(0, states.Count(s => s.At <= now - History) - 1))];

    private async Task SaveAsync(CancellationToken cancellationToken)
    {
        FeedState[] mine = [.. _unsaved];
        _unsaved.Clear();
        var now = time.GetUtcNow();
        await states.ChangeAsync(_key, Merge, cancellationToken);

        IReadOnlyList<FeedState> Merge(IReadOnlyList<FeedState> kept)
        {
            var all = new SortedDictionary<DateTimeOffset, FeedState>(kept.ToDictionary(k => k.At));
            foreach (var state in mine)
            {
                all[state.At] = all.TryGetValue(state.At, out var other)
                    ? state with { Text = SimulatedState.Read(state.Text).With(SimulatedState.Read(other.Text)).Write() }
                    : state;
            }

            return Enough([.. all.Values], now);
        }
    }
}
