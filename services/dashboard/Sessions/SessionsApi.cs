using System.Security.Claims;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Dashboard.Accounts;
using TradingSystem.Hosting.BotTokens;
using TradingSystem.Hosting.Rest;
using TradingSystem.Hosting.Sessions;

namespace TradingSystem.Dashboard.Sessions;

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
        auth.MapPost("/refresh", RefreshAsync).Operation("refreshToken", "A new token for the session of the browser's cookie, which is replaced. 401 says in message why there is none.")
            .Produces<LoginResponse>().Produces<ApiError>(StatusCodes.Status401Unauthorized).Produces<ApiError>(StatusCodes.Status403Forbidden).AllowAnonymous().WithBotTokens(BotTokenUse.Refused);
        auth.MapPost("/logout", LogoutAsync).Operation("logout", "Ends the session of the token, else of the cookie; what it has open ends at once.")
            .Produces(StatusCodes.Status204NoContent).Produces<ApiError>(StatusCodes.Status403Forbidden).AllowAnonymous().WithBotTokens(BotTokenUse.Refused);
        auth.MapPost("/logout-everywhere", LogoutEverywhereAsync).Operation("logoutEverywhere", "Ends every session of the person.")
            .Produces(StatusCodes.Status204NoContent).RequireRole(Roles.Viewer);
        auth.MapPost("/hub-ticket", HubTicketAsync).Operation("issueHubTicket", $"A ticket for one connection to /hubs/live?{HubTicketScheme.Parameter}=…, good for {HubTickets.LifeSeconds} s.")
            .Produces<IssuedHubTicket>(StatusCodes.Status201Created).Produces<ApiError>(StatusCodes.Status409Conflict).RequireRole(Roles.Viewer);
    }

    private static async Task<IResult> RefreshAsync(HttpContext http, SessionStore sessions, CancellationToken cancellationToken)
    {
        if (SessionCookie.IsForeign(http.Request))
        {
            return Foreign();
        }

        var (issued, reason) = await sessions.RefreshAsync(SessionCookie.Read(http.Request), ClientAddress.Of(http), cancellationToken);
        if (issued is null)
        {
            SessionCookie.Remove(http);
            return ApiError.Of(StatusCodes.Status401Unauthorized, reason!, new FieldError(SessionCookie.Name, Rules.GetValueOrDefault(reason!, "a session that was not ended"), reason!));
        }

        return Answer(http, issued);
    }

    private static async Task<IResult> LogoutAsync(HttpContext http, SessionStore sessions, CancellationToken cancellationToken)
    {
        if (SessionCookie.IsForeign(http.Request))
        {
            return Foreign();
        }

        await sessions.EndAsync(SessionOf(http.User), SessionCookie.Read(http.Request), ClientAddress.Of(http), cancellationToken);
        SessionCookie.Remove(http);
        http.Response.Headers.CacheControl = "no-store";
        return Results.NoContent();
    }

    private static async Task<IResult> LogoutEverywhereAsync(HttpContext http, UserChanges changes, LoginOptions options, CancellationToken cancellationToken)
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
        return Results.NoContent();
    }

    private static async Task<IResult> HubTicketAsync(HttpContext http, HubTickets tickets, CancellationToken cancellationToken) =>
        SessionOf(http.User) is { } session && await tickets.IssueAsync(session, cancellationToken) is { } ticket
            ? Results.Json(new IssuedHubTicket(ticket, HubTickets.LifeSeconds), statusCode: StatusCodes.Status201Created)
            : ApiError.Of(StatusCodes.Status409Conflict, "no_ticket", new FieldError("session", $"signed in, with at most {HubTickets.MaxPerSession} tickets that are good", ""));

    /// <summary>The token as scripts get it, the rest of the session as a cookie that only this interface sees.</summary>
    public static IResult Answer(HttpContext http, Issued issued)
    {
        if (issued.Refresh is { } refresh)
        {
            SessionCookie.Write(http, refresh, issued.ExpiresAt);
        }

        http.Response.Headers.CacheControl = "no-store";
        return Results.Json(new LoginResponse(issued.Access.Token, issued.Access.ExpiresIn));
    }

    public static Guid? SessionOf(ClaimsPrincipal person) => Guid.TryParse(person.FindFirstValue(PersonClaims.Session), out var id) ? id : null;

    private static IResult Foreign() =>
        ApiError.Of(StatusCodes.Status403Forbidden, "forbidden", new FieldError("Sec-Fetch-Site", "same-origin", ""));
}
