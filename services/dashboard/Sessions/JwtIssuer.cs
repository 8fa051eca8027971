using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using TradingSystem.Hosting;

namespace TradingSystem.Dashboard.Sessions;

/// <summary>Signs the tokens that all services accept; nobody else does.</summary>
public sealed class JwtIssuer(IConfiguration configuration)
{
    // Another node's clock may be behind ours.
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(30);

    private readonly SigningCredentials _credentials = new(JwtValidation.Key(configuration), SecurityAlgorithms.HmacSha256);

    public string Create(Dictionary<string, object> claims, DateTimeOffset now, DateTimeOffset ends) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = JwtValidation.Issuer,
            Audience = JwtValidation.Issuer,
            IssuedAt = now.UtcDateTime,
            NotBefore = (now - Before).UtcDateTime,
            Expires = ends.UtcDateTime,
            Claims = claims,
            SigningCredentials = _credentials,
        });
}
