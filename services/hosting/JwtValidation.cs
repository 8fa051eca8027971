using System.Text;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Hosting;

/// <summary>Every service checks the bearer token itself; the dashboard service is the one that issues it.</summary>
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
                ClockSkew = TimeSpan.FromSeconds(30),
            };
            o.Events = new JwtBearerEvents
            {
                // A browser's WebSocket cannot send headers; SignalR passes the token in the query.
                OnMessageReceived = context =>
                {
                    if (context.Request.Path.StartsWithSegments("/hubs", StringComparison.Ordinal) && context.Request.Query.TryGetValue("access_token", out var token))
                    {
                        context.Token = token;
                    }

                    return Task.CompletedTask;
                },
            };
        });
        builder.Services.AddAuthorizationBuilder().AddRolePolicies();
    }
}
