using TradingSystem.Dashboard.Settings;
using TradingSystem.Dashboard.Storage;
using TradingSystem.Hosting.Sessions;

namespace TradingSystem.Dashboard.Sessions;

/// <summary><c>ExpiresIn</c> is in seconds.</summary>
public sealed record AccessToken(string Token, int ExpiresIn);

/// <summary>People's tokens. None outlives its session.</summary>
public sealed class AccessTokens(LoginOptions options, JwtIssuer issuer)
{
    public AccessToken Create(User user, Session session, DateTimeOffset now)
    {
        var ends = now + options.TokenLifetime < session.ExpiresAt ? now + options.TokenLifetime : session.ExpiresAt;
        var claims = new Dictionary<string, object>
        {
            ["sub"] = user.Username,
            ["role"] = user.Role,
            [PersonClaims.User] = user.Id.ToString(),
            [PersonClaims.Session] = session.Id.ToString(),
            [PersonClaims.Generation] = user.Generation,
        };
        return new AccessToken(issuer.Create(claims, now, ends), (int)(ends - now).TotalSeconds);
    }
}
