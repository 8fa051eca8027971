using Microsoft.EntityFrameworkCore;
using TradingSystem.Dashboard.Settings;
using TradingSystem.Dashboard.Storage;
using TradingSystem.Hosting.Sessions;

namespace TradingSystem.Dashboard.Sessions;

/// <summary>A token, and with it the refresh token that replaces the browser's; null leaves that as it is.</summary>
public sealed record Issued(AccessToken Access, string? Refresh, DateTimeOffset ExpiresAt);

/// <summary>Begins sessions, gives them new tokens, and ends them.</summary>
public sealed class SessionStore(
    IDbContextFactory<DashboardDb> databases, AccessTokens tokens, RefreshTokens refreshTokens, RevocationRounds revocations, LoginOptions options, TimeProvider time)
{
    /// <summary>Sessions of one user at a time; the one that was used longest ago gives way.</summary>
    public const int MaxPerUser = 100;

    // Two tabs, or a page that is loaded again, may come with the same token at about the same time.
    private static readonly TimeSpan Together = TimeSpan.FromSeconds(30);

    /// <summary>A session of a user whose password was just found right; null when the user was changed meanwhile.</summary>
    public async Task<Issued?> BeginAsync(User found, string address, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var user = await LockUserAsync(db, found.Id, cancellationToken);
        if (user is null || user.Disabled || user.PasswordHash != found.PasswordHash)
        {
            return null;
        }

        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        var (refresh, hash) = refreshTokens.Create(id);
        var session = new Session
        {
            Id = id,
            UserId = user.Id,
            TokenHash = hash,
            CreatedAt = now,
            RotatedAt = now,
            LastUsedAt = now,
            ExpiresAt = WholeSecond(now + options.SessionLifetime),
            Address = address,
        };
        foreach (var old in await db.Sessions.Where(s => s.UserId == user.Id && s.EndReason == null && s.ExpiresAt > now)
            .OrderByDescending(s => s.LastUsedAt).Skip(MaxPerUser - 1).ToListAsync(cancellationToken))
        {
            db.End(old, SessionEnds.TooMany, now, options);
        }

        db.Sessions.Add(session);
        user.LastSignInAt = now;
        db.Note(now, new Actor(user.Username, address), UserActions.SignedIn, user.Username);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new Issued(tokens.Create(user, session, now), refresh, session.ExpiresAt);
    }

    /// <summary>New tokens for a session, or why there are none: a word of <see cref="SessionEnds"/>.</summary>
    public async Task<(Issued? Issued, string? Reason)> RefreshAsync(string? refreshToken, string address, CancellationToken cancellationToken)
    {
        if (refreshTokens.Read(refreshToken) is not var (id, hash))
        {
            return (null, SessionEnds.None);
        }

        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await LockAsync(db, id, cancellationToken) is not { } session)
        {
            return (null, SessionEnds.None);
        }

        var now = time.GetUtcNow();
        if (session.EndReason is { } reason)
        {
            return (null, reason);
        }

        if (session.ExpiresAt <= now)
        {
            return (null, SessionEnds.Expired);
        }

        if (await db.Users.SingleOrDefaultAsync(u => u.Id == session.UserId && !u.Disabled, cancellationToken) is not { } user)
        {
            return (null, SessionEnds.None);
        }

        var isCurrent = session.TokenHash.AsSpan().SequenceEqual(hash);
        if (!isCurrent && session.PreviousHash?.AsSpan().SequenceEqual(hash) != true)
        {
            // It was good once and was replaced twice since: two hold copies of it, and which of them is the owner is not known.
            db.End(session, SessionEnds.TokenReused, now, options);
            db.Note(now, new Actor(null, address), UserActions.TokenReused, user.Username);
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            revocations.Wake();
            return (null, SessionEnds.TokenReused);
        }

        session.LastUsedAt = now;
        string? refresh = null;
        if (isCurrent || now - session.RotatedAt > Together)
        {
            // The one before it is good until its successor is used: the answer that carried that may have been lost.
            (refresh, var next) = refreshTokens.Create(id);
            session.PreviousHash = hash;
            session.TokenHash = next;
            session.RotatedAt = now;
        }

        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (new Issued(tokens.Create(user, session, now), refresh, session.ExpiresAt), null);
    }

    /// <summary>A token of another kind for a session that is signed in; null when it has ended.</summary>
    public async Task<AccessToken?> RenewAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow();
        var found = await (
            from s in db.Sessions.AsNoTracking()
            join u in db.Users.AsNoTracking() on s.UserId equals u.Id
            where s.Id == sessionId && s.EndReason == null && s.ExpiresAt > now && !u.Disabled
            select new { Session = s, User = u }).SingleOrDefaultAsync(cancellationToken);
        return found is null ? null : tokens.Create(found.User, found.Session, now);
    }

    /// <summary>Signs out the session of a token or of a refresh token; nothing happens where there is none.</summary>
    public async Task EndAsync(Guid? sessionId, string? refreshToken, string address, CancellationToken cancellationToken)
    {
        if ((sessionId ?? refreshTokens.Read(refreshToken)?.Session) is not { } id)
        {
            return;
        }

        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await LockAsync(db, id, cancellationToken) is not { EndReason: null } session)
        {
            return;
        }

        var now = time.GetUtcNow();
        db.End(session, SessionEnds.SignedOut, now, options);
        var name = await db.Users.Where(u => u.Id == session.UserId).Select(u => u.Username).SingleOrDefaultAsync(cancellationToken);
        db.Note(now, new Actor(name, address), UserActions.SignedOut, name);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        revocations.Wake();
    }

    /// <summary>A token's end is told in seconds; the last one ends with its session.</summary>
    private static DateTimeOffset WholeSecond(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());

    private static Task<User?> LockUserAsync(DashboardDb db, Guid id, CancellationToken cancellationToken) =>
        db.Users.FromSql($"select * from dashboard.users where id = {id} for update").SingleOrDefaultAsync(cancellationToken);

    private static Task<Session?> LockAsync(DashboardDb db, Guid id, CancellationToken cancellationToken) =>
        db.Sessions.FromSql($"select * from dashboard.sessions where id = {id} for update").SingleOrDefaultAsync(cancellationToken);
}
