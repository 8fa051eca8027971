using TradingSystem.Hosting.Rest;

namespace TradingSystem.Dashboard.Forwarding;

public static class ForwardEndpoints
{
    private static readonly AnyQuery ItsOwn = new("the service that it is for says what it knows");

    public static void MapForwards(this WebApplication app)
    {
        var forwarder = app.Services.GetRequiredService<Forwarder>();
        foreach (var target in app.Services.GetRequiredService<ForwardOptions>().Targets)
        {
            foreach (var prefix in target.Prefixes)
            {
                app.Map($"{prefix}/{{**rest}}", http => forwarder.ForwardAsync(http, target)).AllowAnonymous().WithMetadata(ItsOwn).ExcludeFromDescription();
            }
        }
    }
}
