namespace TradingSystem.Gateway.Triggers;

/// <summary>What this node knows of one trigger. Thread-safe.</summary>
public sealed class TriggerActivity
{
    private const int Minutes = 60;

    private readonly Lock _lock = new();

    // Events of each minute, that of a minute at its number's remainder.
    private readonly int[] _counts = new int[Minutes];
    private long _newest;
    private TriggerSigns _signs = TriggerSigns.None;

    public TriggerSigns Signs
    {
        get
        {
            lock (_lock)
            {
                return _signs;
            }
        }
    }

    public void Connected(DateTimeOffset now)
    {
        lock (_lock)
        {
            _signs = _signs with { SeenAt = now };
        }
    }

    public void Sent(DateTimeOffset now)
    {
        lock (_lock)
        {
            _signs = _signs with { SeenAt = now, FrameAt = now };
        }
    }

    public void Refused(TriggerError error)
    {
        lock (_lock)
        {
            _signs = _signs with { Error = error };
        }
    }

    /// <summary>Each event once. One that a node with another clock took in a while to come counts as of now.</summary>
    public void Raised(TriggerEvent raised, DateTimeOffset now)
    {
        raised = raised.At > now ? raised with { At = now } : raised;
        lock (_lock)
        {
            var minute = Minute(raised.At);
            Advance(minute);
            if (minute > _newest - Minutes)
            {
                _counts[minute % Minutes]++;
            }

            _signs = new TriggerSigns(Event: raised).Or(_signs);
        }
    }

    /// <summary>Of this minute and the 59 before it.</summary>
    public int EventsLastHour(DateTimeOffset now)
    {
        lock (_lock)
        {
            Advance(Minute(now));
            return _counts.Sum();
        }
    }

    private static long Minute(DateTimeOffset at) => at.UtcTicks / TimeSpan.TicksPerMinute;

    /// <summary>What is an hour before it is forgotten.</summary>
    private void Advance(long minute)
    {
        for (var passed = Math.Max(_newest, minute - Minutes) + 1; passed <= minute; passed++)
        {
            _counts[passed % Minutes] = 0;
        }

        _newest = Math.Max(_newest, minute);
    }
}
