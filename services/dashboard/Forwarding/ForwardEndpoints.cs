namespace TradingSystem.Dashboard.Forwarding;

public static class ForwardEndpoints
{
    public static void MapForwards(this WebApplication app)
    {
        var forwarder = app.Services.GetRequiredService<Forwarder>();
        foreach (var target in app.Services.GetRequiredService<ForwardOptions>().Targets)
        {
            foreach (var prefix in target.Prefixes)
            {
                app.Map($"{prefix}/{{**rest}}", http => forwarder.ForwardAsync(http, target)).ExcludeFromDescription();
            }
        }
    }
}
