using TradingSystem.Hosting.BotTokens;
using TradingSystem.Hosting.Hooks;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Dashboard.Forwarding;

public static class ForwardEndpoints
{
    private static readonly AnyQuery ItsOwn = new("the service that it is for says what it knows");

    // Its service checks a bot's token itself.
    private static readonly string[] TakingBotTokens = ["/api/v1/ws-tickets"];

    private static readonly string[] Public = ["/asyncapi.json", "/schemas/v1", HookPath.Prefix];

    public static void MapForwards(this WebApplication app)
    {
        var forwarder = app.Services.GetRequiredService<Forwarder>();
        foreach (var target in app.Services.GetRequiredService<ForwardOptions>().Targets)
        {
            foreach (var prefix in target.Prefixes)
            {
                app.Map($"{prefix}/{{**rest}}", http => forwarder.ForwardAsync(http, target))
                    .AllowAnonymous().WithBotTokens(BotTokensOf(prefix)).WithMetadata(ItsOwn).ExcludeFromDescription();
            }
        }
    }

    private static BotTokenUse BotTokensOf(string prefix) =>
        TakingBotTokens.Contains(prefix) ? BotTokenUse.TakenAsIs : Public.Contains(prefix) ? BotTokenUse.Dropped : BotTokenUse.Exchanged;
}
