using System.Text;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;
using TradingSystem.Hosting.Rest;
using TradingSystem.Hosting.Sessions;

namespace TradingSystem.Hosting;

/// <summary>
/// Every service checks the bearer token itself; the dashboard service is the one that issues it, to people and in the place of a group's own token.
/// </summary>
public static class JwtValidation
{
    public const string Issuer = "trading-system";

    internal const string KeySetting = "Auth:JwtKey";

    /// <summary>HMAC-SHA256 key from <c>AUTH__JWTKEY</c>, at least 32 characters.</summary>
    public static SymmetricSecurityKey Key(IConfiguration configuration)
    {
        var key = configuration[KeySetting];
        return key is { Length: >= 32 }
            ? new SymmetricSecurityKey(Encoding.UTF8.GetBytes(key))
            : throw new InvalidOperationException("Auth:JwtKey (AUTH__JWTKEY) must be set to at least 32 characters; make run creates one in DATA_DIR.");
    }

    public static void AddJwtValidation(this WebApplicationBuilder builder)
    {
        var key = Key(builder.Configuration);
        builder.Services.AddSingleton<RevokedSessions>();
        builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(o =>
        {
            o.MapInboundClaims = false;
            o.TokenValidationParameters = new TokenValidationParameters
            {
                IssuerSigningKey = key,
                ValidIssuer = Issuer,
                ValidAudience = Issuer,
                ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
                NameClaimType = "sub",
                RoleClaimType = "role",
                // A token ends when it says so, as the hub connection that was opened with it does; it begins a moment before it was issued.
                ClockSkew = TimeSpan.Zero,
            };
            o.Events = new JwtBearerEvents
            {
                OnTokenValidated = context =>
                {
                    if (context.HttpContext.RequestServices.GetRequiredService<RevokedSessions>().ReasonOf(context.Principal!) is { } reason)
                    {
                        context.Refuse(reason);
                    }

                    return Task.CompletedTask;
                },
                OnChallenge = AccessRefusals.ChallengeAsync,
                OnForbidden = AccessRefusals.ForbidAsync,
            };
        });
        builder.Services.AddAuthorizationBuilder().AddRolePolicies();
    }
}
