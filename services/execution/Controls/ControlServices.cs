using MassTransit;
using TradingSystem.Hosting;

namespace TradingSystem.Execution.Controls;

public static class ControlServices
{
    public static void AddControls(this IServiceCollection services)
    {
        services.AddSingleton<ControlStore>();
        services.AddSingleton<ControlChanges>();
        services.AddSingleton<TokenFences>();
        services.AddSingleton<Flattening>();
        services.AddSingleton<CancelOpenOrders>((_, _) => Task.FromResult<IReadOnlyDictionary<Guid, int>>(new Dictionary<Guid, int>()));
        services.AddSingleton<CommandRunner>();
        services.AddSingleton<CommandAnswers>();
        services.AddSingleton<SessionPresence>();
        services.AddHostedService<ControlReporter>();
        services.AddHostedService<CommandWorker>();
        services.AddHostedService<DeadManWatch>();
    }

    public static void AddControls(this IBusRegistrationConfigurator bus)
    {
        bus.AddPerNodeConsumer<TokensFencedConsumer>("execution-fences");
        bus.AddPerNodeConsumer<SessionPresenceConsumer>("execution-sessions");
    }

    public static void MapAllControls(this WebApplication app)
    {
        app.MapControls();
        app.MapDeadMan();
        app.MapKill();
    }
}
