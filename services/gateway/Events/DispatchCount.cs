using TradingSystem.Gateway.Connections;
using TradingSystem.Gateway.Leases;
using TradingSystem.Gateway.Storage;

namespace TradingSystem.Gateway.Events;

/// <summary>How many sessions an event's targets address now, here and on the other nodes.</summary>
public sealed class DispatchCount(GroupDirectory directory, SessionRegistry sessions, SessionsElsewhere elsewhere)
{
    public int Of(IReadOnlyList<string> targets)
    {
        var count = 0;
        foreach (var group in directory.Targeted(targets))
        {
            count += sessions.Count(group.Id) + elsewhere.Count(group.Id);
        }

        return count;
    }
}
