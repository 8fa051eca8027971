using Microsoft.EntityFrameworkCore;
using TradingSystem.Hosting.Rest;
using TradingSystem.Trigger.Storage;
using TradingSystem.Trigger.Storm;

namespace TradingSystem.Trigger.Api;

/// <summary>A group that storm control kept an event from.</summary>
/// <param name="Group">Its name.</param>
/// <param name="Reason">same_event: the same event had woken it just before. budget: it had had all the events of a minute. mute: a blackout was on.</param>
/// <param name="SameAs">The event that had said the same; null for another reason.</param>
/// <param name="Blackout">Name of the blackout that was on; null for another reason.</param>
/// <param name="SummaryId">The summary that counts it; null where none does yet, or none is to.</param>
public sealed record HoldView(string Group, [property: Words(typeof(StormWords), nameof(StormWords.Reasons))] string Reason, Guid? SameAs, string? Blackout, Guid? SummaryId)
{
    internal static HoldView Of(HoldRow row) => new(row.GroupName, row.Reason, row.SameAs, row.Blackout, row.SummaryId);

    internal static HoldView Of(Hold hold) => new(hold.Group, hold.Reason, hold.SameAs, hold.Blackout, null);
}

/// <summary>Whom storm control kept events from.</summary>
internal static class HeldBack
{
    /// <returns>By the event's id; nothing of those that were kept from nobody.</returns>
    public static async Task<ILookup<Guid, HoldView>> OfAsync(TriggerDb db, IEnumerable<Guid> events, CancellationToken cancellationToken)
    {
        var ids = events.ToList();
        return (await db.Holds.AsNoTracking().Where(h => ids.Contains(h.SignalId)).OrderBy(h => h.GroupName).ToListAsync(cancellationToken))
            .ToLookup(h => h.SignalId, HoldView.Of);
    }
}
