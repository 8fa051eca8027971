using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.Tokens;

namespace TradingSystem.Hosting.Rest;

/// <summary>401 and 403 with a body like that of every other error.</summary>
internal static class AccessRefusals
{
    private static readonly object Reason = new();

    /// <summary>Remembers why a token that is signed well is refused.</summary>
    public static void Refuse(this TokenValidatedContext context, string reason)
    {
        context.HttpContext.Items[Reason] = reason;
        context.Fail(reason);
    }

    public static Task ChallengeAsync(JwtBearerChallengeContext context)
    {
        context.HandleResponse();
        if (context.Response.HasStarted)
        {
            return Task.CompletedTask;
        }

        var got = context.HttpContext.Items[Reason] as string ?? context.AuthenticateFailure switch
        {
            null => "nothing",
            SecurityTokenExpiredException => "token_expired",
            _ => "no good token",
        };
        context.Response.Headers.WWWAuthenticate = context.AuthenticateFailure is null ? "Bearer" : "Bearer error=\"invalid_token\"";
        return RestError.Unauthorized("Authorization", "Bearer and the token of POST /api/v1/auth/login", got).ExecuteAsync(context.HttpContext);
    }

    public static Task ForbidAsync(ForbiddenContext context)
    {
        var wanted = context.HttpContext.GetEndpoint().RequiredRole();
        var rule = wanted is null ? "allowed to do this" : string.Join(" or ", Roles.AtLeast(wanted));
        return RestError.Forbidden("role", rule, context.HttpContext.User.FindFirst("role")?.Value ?? "nothing").ExecuteAsync(context.HttpContext);
    }
}
