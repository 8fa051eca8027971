using TradingSystem.Hosting.Rest;

namespace TradingSystem.Diary.Timeline;

/// <summary>One entry of the merged timeline.</summary>
/// <param name="Kind">What <c>Data</c> is.</param>
/// <param name="GroupId">The trading group; null where it is of none.</param>
/// <param name="Data">As the kind's own list has it: event and decision as /api/v1/events, discussion as /api/v1/discussions, system_log as
/// /api/v1/system-logs, equity as /api/v1/equity; order_update is a step of an order.</param>
public sealed record TimelineEntry(
    long Seq, DateTimeOffset CreatedAt, [property: Words(typeof(TimelineEntry), nameof(TimelineEntry.Kinds))] string Kind, Guid? GroupId, object Data)
{
    public static readonly string[] Kinds = ["event", "decision", "discussion", "system_log", "order_update", "equity"];
}
