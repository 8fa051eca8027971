using System.Globalization;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Hosting.Rest;
using TradingSystem.Hosting;

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
    public static async Task<IResult> ListAsync(DashboardDb db, string? username, string? limit, string? cursor, CancellationToken cancellationToken)
    {
        if (!ListLimit.TryRead(limit, out var size, out var error))
        {
            return error;
        }

        var before = long.MaxValue;
        if (cursor is not null && !long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out before))
        {
            return ApiError.Of(StatusCodes.Status400BadRequest, "validation_error", new FieldError("cursor", "a cursor of this list", FieldError.Shorten(cursor)));
        }

        var rows = await db.UserAudit.AsNoTracking()
            .Where(e => e.Id < before && (username == null || e.Actor == username || e.Subject == username))
            .OrderByDescending(e => e.Id).Take(size + 1).ToListAsync(cancellationToken);
        return Results.Json(Paging.Cut(rows, size, e => e.Id, e => new UserAuditView(e.Id, e.At, e.Actor, e.Action, e.Subject, e.Address, e.Detail)));
    }
}
