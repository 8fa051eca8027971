using TradingSystem.Calendar;
using TradingSystem.Trigger.Blackouts;
using TradingSystem.Trigger.Storage;
using TradingSystem.Trigger.Storm;

namespace TradingSystem.Trigger.Api;

/// <summary>A blackout, and what it does now.</summary>
/// <param name="Version">Grows by one with every change, from 1.</param>
/// <param name="Blackout">What it is; only its name where a later version of the service made it, which fault then says.</param>
/// <param name="Fault">Why the node that answers cannot go by it, as with a time zone that its machine lacks: there it mutes nobody, whatever execution does.</param>
/// <param name="On">Whether it is on at this moment.</param>
/// <param name="Until">When it is over, RFC 3339; null where it is not on.</param>
/// <param name="Next">Its spans that are not over, the next five at most; none while it is switched off.</param>
/// <param name="Groups">Names of the groups that are known by now and that its targets address by their name, market or symbol.</param>
/// <param name="Revision">The list's, with this version in it. Execution goes by this version once its own, in /api/v1/risk/blackouts, is as high.</param>
/// <param name="Told">Whether the bus has it, as it is, for execution; null where it holds no entries.</param>
public sealed record BlackoutView(
    Guid Id,
    int Version,
    BlackoutDocument Blackout,
    string? Fault,
    bool On,
    DateTimeOffset? Until,
    IReadOnlyList<SpanView> Next,
    IReadOnlyList<string> Groups,
    long Revision,
    bool? Told,
    string ChangedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset ChangedAt)
{
    private const int Most = 5;

    internal static BlackoutView Of(BlackoutRow row, IReadOnlyList<TargetedGroup> groups, long toldRevision, DateTimeOffset now)
    {
        var blackout = Trigger.Blackouts.Blackout.Of(row);
        var window = blackout.Document.Enabled == false ? null : blackout.Window;
        return new(
            row.Id, row.Version, blackout.Document, blackout.Fault, window?.EndOf(now) is not null, window?.EndOf(now),
            [.. window?.After(now).Take(Most).Select(SpanView.Of) ?? []], TargetedGroups.Of(groups, blackout.Document.Targets),
            row.Revision, blackout.Document.IsHolding ? row.Revision <= toldRevision : null, row.Actor, row.CreatedAt, row.ChangedAt);
    }
}

/// <summary>A span of a blackout.</summary>
/// <param name="From">Its first moment, RFC 3339, in UTC.</param>
/// <param name="Until">The first moment behind it, RFC 3339, in UTC.</param>
public sealed record SpanView(DateTimeOffset From, DateTimeOffset Until)
{
    internal static SpanView Of(WindowSpan span) => new(span.From, span.Until);
}
