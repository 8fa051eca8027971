using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Dashboard.Storage;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Dashboard.Accounts;

/// <summary>Something that was done by or to a person.</summary>
/// <param name="At">When, RFC 3339.</param>
/// <param name="Actor">Who did it; null where nobody was known.</param>
/// <param name="Action">What was done.</param>
/// <param name="Subject">To whom.</param>
/// <param name="Address">From which address.</param>
/// <param name="Detail">What more there is to it; never a secret.</param>
public sealed record UserAuditView(long Id, DateTimeOffset At, string? Actor, string Action, string? Subject, string? Address, string? Detail);

internal static class UserAuditApi
{
    /// <param name="username">Who did it, or to whom it was done.</param>
    public static async Task<Ok<Page<UserAuditView>>> ListAsync(DashboardDb db, string? username, [AsParameters] ListQuery list, CancellationToken cancellationToken)
    {
        var rows = await db.UserAudit.AsNoTracking()
            .Where(e => e.Id < list.Before && (username == null || e.Actor == username || e.Subject == username))
            .OrderByDescending(e => e.Id).Take(list.Take).ToListAsync(cancellationToken);
        return TypedResults.Ok(list.Page(rows, e => e.Id, e => new UserAuditView(e.Id, e.At, e.Actor, e.Action, e.Subject, e.Address, e.Detail)));
    }
}
