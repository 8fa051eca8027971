using Microsoft.EntityFrameworkCore;
using TradingSystem.Dashboard.Settings;
using TradingSystem.Dashboard.Storage;

namespace TradingSystem.Dashboard.Sessions;

/// <summary>Ends sessions in a transaction of the caller's; <see cref="RevocationRounds.Wake"/> after its commit makes it felt.</summary>
internal static class SessionEnding
{
    // Clocks of nodes differ, and a token that ends a moment late is not let in by it.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    /// <summary>Every session of the user but <paramref name="except"/>, and every token, those of <paramref name="except"/> included.</summary>
    public static async Task EndAllAsync(this DashboardDb db, User user, string reason, DateTimeOffset now, LoginOptions options, Guid? except, CancellationToken cancellationToken)
    {
        // A sign-in under way has this lock: its session is seen here, or it sees what changes.
        await db.Database.ExecuteSqlAsync($"select id from dashboard.users where id = {user.Id} for update", cancellationToken);
        db.EndTokens(user, reason, now, options);
        await db.Sessions.Where(s => s.UserId == user.Id && s.EndReason == null && s.Id != except)
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.EndedAt, now).SetProperty(x => x.EndReason, reason), cancellationToken);
    }

    /// <summary>The user's tokens; their sessions get new ones.</summary>
    public static void EndTokens(this DashboardDb db, User user, string reason, DateTimeOffset now, LoginOptions options)
    {
        user.Generation++;
        db.Revocations.Add(new Revocation { UserId = user.Id, Generation = user.Generation, Reason = reason, Until = now + options.TokenLifetime + Margin });
    }

    public static void End(this DashboardDb db, Session session, string reason, DateTimeOffset now, LoginOptions options)
    {
        session.EndedAt = now;
        session.EndReason = reason;
        db.Revocations.Add(new Revocation { SessionId = session.Id, Reason = reason, Until = now + options.TokenLifetime + Margin });
    }
}
