using System.Net;
using TradingSystem.Contracts.Wire;
using TradingSystem.Hosting.BotTokens;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Dashboard.BotTokens;

/// <summary>
/// Before authentication: puts a token that says whose it is, and that services check by themselves, in the place of a bot's own. Behind it nobody
/// sees a bot's token but the routes that take one.
/// </summary>
public static class BotTokenGuard
{
    private const string Header = "Authorization";
    private const string Rule = "Bearer and a token that is good now: a trading group's, or that of POST /api/v1/auth/login";

    private static readonly TimeSpan Unavailable = TimeSpan.FromSeconds(1);

    public static void UseBotTokens(this IApplicationBuilder app)
    {
        var exchange = app.ApplicationServices.GetRequiredService<TokenExchange>();
        var rates = app.ApplicationServices.GetRequiredService<TokenRates>();
        var options = app.ApplicationServices.GetRequiredService<BotTokenOptions>();
        app.Use(async (http, next) =>
        {
            if (BotToken.Bearer(http.Request.Headers.Authorization.ToString()) is not { } token || !BotToken.IsBots(token))
            {
                await next(http);
                return;
            }

            var use = http.GetEndpoint().UseOfBotTokens();
            if (use is BotTokenUse.Exchanged or BotTokenUse.Refused)
            {
                var exchanged = BotToken.Hash(token) is { } hash
                    ? await exchange.ExchangeAsync(hash, http.Connection.RemoteIpAddress ?? IPAddress.None, http.RequestAborted)
                    : new Exchanged(new TokenVerdict.Unknown(), null);
                if (Refusal(http, exchanged.Verdict, use, rates, options) is { } refusal)
                {
                    await refusal.ExecuteAsync(http);
                    return;
                }

                http.Request.Headers.Authorization = $"Bearer {exchanged.Jwt}";
            }
            else if (use == BotTokenUse.Dropped)
            {
                http.Request.Headers.Remove(Header);
            }

            await next(http);
        });
    }

    /// <summary>Null for a group's token that may ask now.</summary>
    private static RestError? Refusal(HttpContext http, TokenVerdict verdict, BotTokenUse use, TokenRates rates, BotTokenOptions options)
    {
        switch (verdict)
        {
            case TokenVerdict.OfGroup when use == BotTokenUse.Refused:
                return Forbidden("a person's session; a bot's token has none, and is revoked by an administrator", "a trading group's token");
            case TokenVerdict.OfGroup group:
                return rates.TryTake(group.TokenId) is var wait && wait > TimeSpan.Zero
                    ? TooMany(wait, $"at most {options.RequestsPerSecond} requests a second with one token")
                    : null;
            case TokenVerdict.OfTrigger:
                return Forbidden($"a trading group's token, or a person's; a trigger's opens {Addresses.Events} and POST /api/v1/ws-tickets alone", "a trigger's token");
            case TokenVerdict.Revoked:
                return Unauthorized(http, "token_revoked");
            case TokenVerdict.Unknown:
                return Unauthorized(http, "no good token");
            case TokenVerdict.TooMany locked:
                return TooMany(locked.Wait, "fewer bad tokens from one address");
            default:
                return RestError.Unavailable(Header, "a token that can be checked just now; try again", "", Unavailable);
        }
    }

    /// <summary><paramref name="got"/> is never the token itself.</summary>
    private static UnauthorizedError Unauthorized(HttpContext http, string got)
    {
        http.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
        return RestError.Unauthorized(Header, Rule, got);
    }

    private static ForbiddenError Forbidden(string rule, string got) => RestError.Forbidden(Header, rule, got);

    private static TooManyError TooMany(TimeSpan wait, string rule) => RestError.TooMany(ReplyMessages.RateLimited, wait, Header, rule, "more");
}
