namespace TradingSystem.Execution.Desk;

/// <summary>When the account is to be compared with the venue next. One comparison is read at a time.</summary>
internal sealed class SnapshotClock
{
    private static readonly TimeSpan InAMoment = TimeSpan.FromSeconds(1);

    public DateTimeOffset DueAt { get; private set; }

    /// <summary>The venue is being read.</summary>
    public bool IsReading { get; private set; }

    public bool IsDue(DateTimeOffset now) => DueAt <= now && !IsReading;

    public void Begin() => IsReading = true;

    /// <summary>What was read is here, or it could not be.</summary>
    public void End(DateTimeOffset next) => (IsReading, DueAt) = (false, next);

    public void At(DateTimeOffset at) => DueAt = at;

    /// <summary>Something may have been missed; never later than it was due.</summary>
    public void Soon(DateTimeOffset now)
    {
        var soon = now + InAMoment;
        DueAt = soon < DueAt ? soon : DueAt;
    }
}
