namespace TradingSystem.Gateway.Connections;

/// <summary>How long the message takes that has begun and is not complete; each has its own time. The reader sets it, others look.</summary>
public sealed class MessageClock(TimeProvider time)
{
    // A timestamp; 0 between messages and while nothing is read.
    private long _began;
    private int _completed;

    public bool IsOver(TimeSpan limit) => Interlocked.Read(ref _began) is var began and not 0 && time.GetElapsedTime(began) > limit;

    /// <param name="isInside">A message has begun and is not complete.</param>
    /// <param name="completed">Grows with every one that is: tells whether what has begun is still the same.</param>
    public void Note(bool isInside, int completed)
    {
        if (!isInside)
        {
            Interlocked.Exchange(ref _began, 0);
        }
        else if (Interlocked.Read(ref _began) == 0 || _completed != completed)
        {
            Interlocked.Exchange(ref _began, time.GetTimestamp());
        }

        _completed = completed;
    }

    /// <summary>The time in which nothing is read is not taken off what the peer has for its message.</summary>
    public async ValueTask PauseAsync(Task pause)
    {
        var began = Interlocked.Exchange(ref _began, 0);
        var started = time.GetTimestamp();
        await pause;
        if (began != 0)
        {
            Interlocked.Exchange(ref _began, began + time.GetTimestamp() - started);
        }
    }

    /// <summary>The process stood still: the message has its whole time again.</summary>
    public void Restart()
    {
        if (Interlocked.Read(ref _began) is var began and not 0)
        {
            Interlocked.CompareExchange(ref _began, time.GetTimestamp(), began);
        }
    }
}
