namespace TradingSystem.Trigger.Schedules;

/// <summary>
/// Schedules that this node cannot read, as those of a later version, or of a zone that its machine does not have. Another node may: they are left to it, and
/// looked at again after a while. Not thread-safe.
/// </summary>
internal sealed class UnreadableSchedules(TimeProvider time)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(10);

    private readonly HashSet<Guid> _ids = [];
    private long _lookedAt = time.GetTimestamp();

    /// <summary>Those to leave out now.</summary>
    public Guid[] Ids()
    {
        if (time.GetElapsedTime(_lookedAt) > LookAgain)
        {
            _ids.Clear();
            _lookedAt = time.GetTimestamp();
        }

        return [.. _ids];
    }

    /// <summary>True where it is news.</summary>
    public bool Add(Guid schedule) => _ids.Add(schedule);
}
