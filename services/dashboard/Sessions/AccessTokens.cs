using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using TradingSystem.Dashboard.Accounts;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Sessions;

namespace TradingSystem.Dashboard.Sessions;

/// <summary><c>ExpiresIn</c> is in seconds.</summary>
public sealed record AccessToken(string Token, int ExpiresIn);

/// <summary>Makes the tokens that all services accept. None outlives its session.</summary>
public sealed class AccessTokens(LoginOptions options, IConfiguration configuration)
{
    // Another node's clock may be behind ours.
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(30);

    private readonly SigningCredentials _credentials = new(JwtValidation.Key(configuration), SecurityAlgorithms.HmacSha256);

    public AccessToken Create(User user, Session session, DateTimeOffset now)
    {
        var ends = now + options.TokenLifetime < session.ExpiresAt ? now + options.TokenLifetime : session.ExpiresAt;
        var token = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = JwtValidation.Issuer,
            Audience = JwtValidation.Issuer,
            IssuedAt = now.UtcDateTime,
            NotBefore = (now - Before).UtcDateTime,
            Expires = ends.UtcDateTime,
            Claims = new Dictionary<string, object>
            {
                ["sub"] = user.Username,
                ["role"] = user.Role,
                [PersonClaims.User] = user.Id.ToString(),
                [PersonClaims.Session] = session.Id.ToString(),
                [PersonClaims.Generation] = user.Generation,
            },
            SigningCredentials = _credentials,
        });
        return new AccessToken(token, (int)(ends - now).TotalSeconds);
    }
}
