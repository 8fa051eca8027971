using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TradingSystem.Dashboard.Sessions;
using TradingSystem.Dashboard.Settings;
using TradingSystem.Dashboard.Storage;
using TradingSystem.Hosting.BotTokens;
using TradingSystem.Hosting.Rest;
using TradingSystem.Hosting.Sessions;

namespace TradingSystem.Dashboard.Accounts;

/// <summary>From one token to the next, to the hub, and out.</summary>
public static class SessionsApi
{
    private static readonly Dictionary<string, string> Rules = new(StringComparer.Ordinal)
    {
        [SessionEnds.None] = "a browser that is signed in",
        [SessionEnds.Expired] = "a session that has not come to its end",
    };

    public static void MapSessions(this WebApplication app)
    {
        var auth = app.MapGroup("/api/v1/auth").WithTags("auth");
        auth.MapPost("/refresh", RefreshAsync)
            .Operation("refreshToken", "A new token for the session of the browser's cookie, which is replaced. 401 says in message why there is none.")
            .AllowAnonymous().WithBotTokens(BotTokenUse.Refused);
        auth.MapPost("/logout", LogoutAsync).Operation("logout", "Ends the session of the token, else of the cookie; what it has open ends at once.")
            .AllowAnonymous().WithBotTokens(BotTokenUse.Refused);
        auth.MapPost("/logout-everywhere", LogoutEverywhereAsync).Operation("logoutEverywhere", "Ends every session of the person.")
            .RequireRole(Roles.Viewer);
        auth.MapPost("/hub-ticket", HubTicketAsync)
            .Operation("issueHubTicket", $"A ticket for one connection to /hubs/live?{HubTicketScheme.Parameter}=…, good for {HubTickets.LifeSeconds} s.")
            .RequireRole(Roles.Viewer);
    }

    private static async Task<Results<Ok<LoginResponse>, UnauthorizedError, ForbiddenError>> RefreshAsync(
        HttpContext http, SessionStore sessions, CancellationToken cancellationToken)
    {
        if (SessionCookie.IsForeign(http.Request))
        {
            return Foreign();
        }

        var (issued, reason) = await sessions.RefreshAsync(SessionCookie.Read(http.Request), ClientAddress.Of(http), cancellationToken);
        if (issued is null)
        {
            SessionCookie.Remove(http);
            return RestError.Unauthorized(SessionCookie.Name, Rules.GetValueOrDefault(reason!, "a session that was not ended"), reason!, reason!);
        }

        return Answer(http, issued);
    }

    private static async Task<Results<NoContent, ForbiddenError>> LogoutAsync(HttpContext http, SessionStore sessions, CancellationToken cancellationToken)
    {
        if (SessionCookie.IsForeign(http.Request))
        {
            return Foreign();
        }

        await sessions.EndAsync(SessionOf(http.User), SessionCookie.Read(http.Request), ClientAddress.Of(http), cancellationToken);
        SessionCookie.Remove(http);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> LogoutEverywhereAsync(HttpContext http, UserChanges changes, LoginOptions options, CancellationToken cancellationToken)
    {
        await changes.RunAsync(async (db, now) =>
        {
            if (await db.FindAsync(http.User, cancellationToken) is not { } user)
            {
                return false;
            }

            await db.EndAllAsync(user, SessionEnds.SignedOutEverywhere, now, options, null, cancellationToken);
            db.Note(now, Actor.Of(http), UserActions.SignedOutEverywhere, user.Username);
            return true;
        }, cancellationToken);
        SessionCookie.Remove(http);
        return TypedResults.NoContent();
    }

    private static async Task<Results<Created<IssuedHubTicket>, ConflictError>> HubTicketAsync(HttpContext http, HubTickets tickets, CancellationToken cancellationToken) =>
        SessionOf(http.User) is { } session && await tickets.IssueAsync(session, cancellationToken) is { } ticket
            ? TypedResults.Created((string?)null, new IssuedHubTicket(ticket, HubTickets.LifeSeconds))
            : RestError.Conflict("session", $"signed in, with at most {HubTickets.MaxPerSession} tickets that are good", "", message: "no_ticket");

    /// <summary>The token as scripts get it, the rest of the session as a cookie that only this interface sees.</summary>
    public static Ok<LoginResponse> Answer(HttpContext http, Issued issued)
    {
        if (issued.Refresh is { } refresh)
        {
            SessionCookie.Write(http, refresh, issued.ExpiresAt);
        }

        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new LoginResponse(issued.Access.Token, issued.Access.ExpiresIn));
    }

    public static Guid? SessionOf(ClaimsPrincipal person) => Guid.TryParse(person.FindFirstValue(PersonClaims.Session), out var id) ? id : null;

    private static ForbiddenError Foreign() => RestError.Forbidden("Sec-Fetch-Site", "same-origin", "");
}
