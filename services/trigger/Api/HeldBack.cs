using Microsoft.EntityFrameworkCore;
using TradingSystem.Trigger.Storage;
using TradingSystem.Trigger.Storm;

namespace TradingSystem.Trigger.Api;

/// <summary>Which events storm control kept from all that they were for, and why.</summary>
internal static class HeldBack
{
    /// <returns>What held it back, by the event's id; nothing of those that were sent.</returns>
    public static async Task<IReadOnlyDictionary<Guid, string>> OfAsync(TriggerDb db, IEnumerable<Guid> events, CancellationToken cancellationToken)
    {
        var ids = events.ToList();
        return await db.Signals.AsNoTracking().Where(s => ids.Contains(s.Id) && StormWords.HoldsBack.Contains(s.Outcome))
            .ToDictionaryAsync(s => s.Id, s => s.Outcome, cancellationToken);
    }
}
