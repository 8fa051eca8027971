using System.Globalization;

namespace TradingSystem.Trigger.Feeds;

/// <summary>
/// Whether a feed lives: it does while its channel that always ticks does. What it is, is told in the feed's status the moment it changes; whoever enters
/// positions goes by that.
/// </summary>
public sealed class FeedPulse : IDisposable
{
    public const string Waiting = "the live feed has not ticked yet; no entries until it does";
    public const string Reconnecting = "live feed lost; reconnecting";

    private readonly IFeedSink _sink;
    private readonly FeedStatus _basis;
    private readonly TimeSpan _longest;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Lock _lock = new();
    private readonly ITimer _timer;
    private DateTimeOffset? _deadSince;
    private long _tickedAt;
    private bool _hasTicked;
    private bool _isLost;

    /// <summary>Tells that nothing has ticked yet.</summary>
    /// <param name="basis">All of the status but what this knows better.</param>
    /// <param name="longest">Without a tick for this long it is dead.</param>
    public FeedPulse(IFeedSink sink, FeedStatus basis, TimeSpan longest, TimeProvider time, ILogger log)
    {
        (_sink, _basis, _longest, _time, _log) = (sink, basis, longest, time, log);
        _deadSince = time.GetUtcNow();
        _timer = time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lock (_lock)
        {
            Tell();
        }
    }

    public bool IsAlive
    {
        get
        {
            lock (_lock)
            {
                return _deadSince is null;
            }
        }
    }

    /// <summary>It lives for a while more.</summary>
    public void Tick()
    {
        lock (_lock)
        {
            _tickedAt = _time.GetTimestamp();
            _timer.Change(_longest, Timeout.InfiniteTimeSpan);
            if (_deadSince is null && !_isLost)
            {
                return;
            }

            if (_hasTicked && _deadSince is { } since)
            {
                FeedPulseLog.Alive(_log, since);
            }

            (_deadSince, _hasTicked, _isLost) = (null, true, false);
            Tell();
        }
    }

    /// <summary>The connection is gone. Whether the feed is dead is seen by the ticks that stay away.</summary>
    public void Lost()
    {
        lock (_lock)
        {
            _isLost = true;
            Tell();
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        lock (_lock)
        {
            if (_deadSince is not null)
            {
                return;
            }

            // A tick may have come just before this, and a timer may be a little ahead of the clock: nobody else would look again.
            if (_longest - _time.GetElapsedTime(_tickedAt) is var left && left > TimeSpan.Zero)
            {
                _timer.Change(left + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
                return;
            }

            _deadSince = _time.GetUtcNow();
            FeedPulseLog.Dead(_log, _longest.TotalSeconds);
            Tell();
        }
    }

    private void Tell() => _sink.Started(_basis with { Alive = _deadSince is null, DeadSince = _deadSince, Notice = Notice() });

    private string? Notice() =>
        _deadSince is not { } since ? (_isLost ? Reconnecting : null)
        : _hasTicked ? $"feed dead, no entries since {since.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} UTC; reconnecting"
        : Waiting;
}

internal static partial class FeedPulseLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The feed is dead: nothing has ticked for {Seconds} s. No entries until it does")]
    public static partial void Dead(ILogger logger, double seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "The feed lives again; it was dead since {Since:O}")]
    public static partial void Alive(ILogger logger, DateTimeOffset since);
}
