using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;

namespace TradingSystem.Gateway.Market;

/// <summary>What a reader starts with: history, oldest first, and its place behind it.</summary>
/// <param name="Era">Grows when what was told before is not the beginning of what comes.</param>
/// <param name="IsKnown">Whether the market has told all there is.</param>
/// <param name="Lacks">Why there are no candles, for people.</param>
public sealed record CandleSnapshot(IReadOnlyList<CandleFrame> History, long Cursor, int Era, bool IsKnown, string? Lacks);

/// <summary>
/// The closed candles of one symbol and interval: the newest thousand in order of time, and in order of telling what readers have yet to send. History is
/// asked of the market once; what the bus lost is asked for when a bar comes whose predecessor is missing, and that bar waits until the answer.
/// </summary>
public sealed class CandleFeed(string symbol, string interval, ICandleQuestions questions, TimeProvider time)
{
    /// <summary>A reader that is further behind is cut.</summary>
    public const int LogCapacity = 2 * MarketFeature.MaxCandles;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly TimeSpan? _length = IntervalName.Length(interval);
    private readonly Lock _gate = new();
    private readonly List<CandleFrame> _closed = [];
    private readonly List<Candle> _held = [];
    private CandleFrame[] _log = [];
    private long _end;
    private long _begin;
    private int _era;
    private bool _known;
    private string? _lacks;
    private Task? _asking;
    private long? _failedAt;

    public string Symbol => symbol;

    public string Interval => interval;

    /// <summary>Who is woken after something was added, outside of locks.</summary>
    public Followers Followers { get; } = new();

    /// <summary>Ends when the market has told what it has, or did not answer in time.</summary>
    public Task WarmAsync()
    {
        lock (_gate)
        {
            return _known ? Task.CompletedTask : Ask() ?? Task.CompletedTask;
        }
    }

    /// <summary>
    /// The newest <paramref name="count"/> and what follows; with <paramref name="isAnew"/> and no history what was told since this era began.
    /// </summary>
    public CandleSnapshot Snapshot(int count, bool isAnew)
    {
        lock (_gate)
        {
            return new([.. _closed.TakeLast(count)], isAnew && count == 0 ? Math.Max(_begin, _end - _log.Length) : _end, _era, _known, _lacks);
        }
    }

    /// <summary>Adds what was told from <paramref name="cursor"/> on. False when some of it is gone, or another era has begun.</summary>
    public bool Read(ref long cursor, int era, List<CandleFrame> into, int max)
    {
        lock (_gate)
        {
            if (era != _era || cursor < _end - _log.Length)
            {
                return false;
            }

            for (; cursor < _end && max > 0; max--)
            {
                into.Add(_log[cursor++ % _log.Length]);
            }

            return true;
        }
    }

    /// <summary>Whether the era is over: then a new snapshot is what follows, not a cut.</summary>
    public bool IsOver(int era) => Volatile.Read(ref _era) != era;

    /// <summary>A bar that has closed, or is told again.</summary>
    public void Add(Candle candle)
    {
        lock (_gate)
        {
            if (_asking is not null || !_known || (IsAhead(candle) && Ask() is not null))
            {
                _ = Ask();
                Hold(candle);
                return;
            }

            Tell(candle);
        }

        Followers.Wake();
    }

    /// <summary>The newest closed bars, as they are repeated. What was lost on its way is among them.</summary>
    public void Add(IReadOnlyList<Candle> window)
    {
        lock (_gate)
        {
            if (!_known)
            {
                _ = Ask();
                return;
            }
        }

        foreach (var candle in window)
        {
            Add(candle);
        }
    }

    /// <summary>Another market begins: its bars have nothing to do with what is known.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _closed.Clear();
            _held.Clear();
            _known = false;
            _lacks = null;
            _failedAt = null;
            _era++;
            _begin = _end;
            _asking = null;
            _ = Ask();
        }
    }

    /// <summary>Null right after an attempt without an answer.</summary>
    private Task? Ask() =>
        _asking ?? (_failedAt is { } at && time.GetElapsedTime(at) < Pause ? null : _asking = AskAsync(_era));

    private async Task AskAsync(int era)
    {
        // Not under the caller's lock.
        await Task.Yield();
        var answer = await questions.AskAsync(symbol, interval);
        lock (_gate)
        {
            if (era != _era)
            {
                return;
            }

            _failedAt = answer is null ? time.GetTimestamp() : null;
            if (answer is not null)
            {
                Take(answer);
            }

            _asking = null;
            if (_known)
            {
                _held.ForEach(Tell);
                _held.Clear();
            }
        }

        Followers.Wake();
    }

    private void Take(CandlesAnswer answer)
    {
        _lacks = answer.Lacks;
        if (_known)
        {
            foreach (var candle in answer.Candles)
            {
                Tell(candle);
            }

            return;
        }

        // Who is there already begins anew: with this history if he asked for one, or with what has closed since.
        _known = true;
        _era++;
        _begin = _end;
        _closed.AddRange(answer.Candles.Select(c => new CandleFrame(c)));
        foreach (var candle in _held.Where(c => _closed.Count > 0 && c.OpenTime <= _closed[^1].Candle.OpenTime))
        {
            Log(new(candle));
        }
    }

    private bool IsAhead(Candle candle) => _closed.Count > 0 && _length is { } length && candle.OpenTime > _closed[^1].Candle.OpenTime + length;

    private void Hold(Candle candle)
    {
        if (_held.Count == MarketFeature.MaxCandles)
        {
            // The answer has it.
            _held.RemoveAt(0);
        }

        _held.Add(candle);
    }

    private void Tell(Candle candle)
    {
        var at = _closed.FindLastIndex(c => c.Candle.OpenTime <= candle.OpenTime);
        var isKnown = at >= 0 && _closed[at].Candle.OpenTime == candle.OpenTime;
        // What is beside it is in no frame.
        if ((isKnown && _closed[at].Candle.WithoutMarks() == candle.WithoutMarks()) || (at < 0 && _closed.Count == MarketFeature.MaxCandles))
        {
            return;
        }

        var frame = new CandleFrame(candle);
        if (isKnown)
        {
            _closed[at] = frame;
        }
        else
        {
            _closed.Insert(at + 1, frame);
            if (_closed.Count > MarketFeature.MaxCandles)
            {
                _closed.RemoveAt(0);
            }
        }

        Log(frame);
    }

    private void Log(CandleFrame frame)
    {
        if (_log.Length == 0)
        {
            _log = new CandleFrame[LogCapacity];
        }

        _log[_end++ % _log.Length] = frame;
    }
}
