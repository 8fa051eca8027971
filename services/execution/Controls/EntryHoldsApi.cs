using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Controls;

/// <summary>A blackout that holds entries, as execution keeps it.</summary>
/// <param name="Name">For people.</param>
/// <param name="Targets">Whose entries are held: *, names of groups, symbol:… for entries in a symbol.</param>
/// <param name="On">Whether it holds entries at this moment.</param>
/// <param name="Until">When the window that is on is over, RFC 3339; null where none is, or where its times cannot be read here and it is always on.</param>
public sealed record EntryHoldView(Guid Id, string Name, IReadOnlyList<string> Targets, bool On, DateTimeOffset? Until)
{
    internal static EntryHoldView Of(HeldEntry held, DateTimeOffset now) =>
        new(held.Hold.Id, held.Hold.Name, held.Hold.Targets, !held.IsReadable || held.EndOf(now) is not null, held.EndOf(now));
}

/// <summary>What execution was told last of blackouts.</summary>
/// <param name="Revision">Which change of them it knows; 0 where it was told of none yet.</param>
/// <param name="Fault">Why none of them can be read, where that is so: then all entries are held.</param>
/// <param name="KeptAt">When it was told, RFC 3339; null where it was told of none yet.</param>
/// <param name="Items">Those that hold entries, now or later.</param>
public sealed record EntryHoldsView(long Revision, string? Fault, string? ChangedBy, DateTimeOffset? ChangedAt, DateTimeOffset? KeptAt, IReadOnlyList<EntryHoldView> Items);

/// <summary><c>/api/v1/risk/blackouts</c>: those that are made at the trigger service and hold entries here.</summary>
public static class EntryHoldsApi
{
    public static void MapEntryHolds(this WebApplication app) =>
        app.MapGet("/api/v1/risk/blackouts", GetAsync).RequireRole(Roles.Viewer).WithTags("execution")
            .Operation("getEntryHolds", "The blackouts by which execution holds entries, as it keeps them itself");

    private static async Task<Ok<EntryHoldsView>> GetAsync(ExecutionDb db, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await db.EntryHolds.AsNoTracking().SingleOrDefaultAsync(cancellationToken) is not { } row)
        {
            return TypedResults.Ok(new EntryHoldsView(0, null, null, null, null, []));
        }

        var (held, now) = (HeldEntries.Of(row.Items), time.GetUtcNow());
        return TypedResults.Ok(new EntryHoldsView(
            row.Revision, held.IsReadable ? null : Rejections.BlackoutsUnreadable().Message, row.ChangedBy, row.ChangedAt, row.KeptAt,
            [.. held.Items.Select(i => EntryHoldView.Of(i, now))]));
    }
}
