using System.Collections.Concurrent;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Engine;

/// <summary>The venues' clocks: the machine's and what a test made them run ahead.</summary>
public sealed class VenueClocks(TimeProvider time)
{
    private readonly ConcurrentDictionary<VenueKind, TimeSpan> _ahead = [];

    public TimeProvider Time => time;

    public DateTimeOffset Now(VenueKind venue) => time.GetUtcNow() + _ahead.GetValueOrDefault(venue);

    public void Set(VenueKind venue, TimeSpan ahead) => _ahead[venue] = ahead;
}
