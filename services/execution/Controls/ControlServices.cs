using MassTransit;
using TradingSystem.Execution.Limits;
using TradingSystem.Hosting;

namespace TradingSystem.Execution.Controls;

public static class ControlServices
{
    /// <summary>Who cancels open orders (<see cref="CancelOpenOrders"/>) is registered by who can; without it nothing starts.</summary>
    public static void AddControls(this IServiceCollection services)
    {
        services.AddSingleton<ControlStore>();
        services.AddSingleton<ControlChanges>();
        services.AddSingleton<EntryHolding>();
        services.AddSingleton<TokenFences>();
        services.AddSingleton<Flattening>();
        services.AddSingleton<CommandRunner>();
        services.AddSingleton<ReceiptReader>();
        services.AddSingleton<CommandAnswers>();
        services.AddSingleton<SessionPresence>();
        services.AddSingleton<ControlReporter>();
        services.AddHostedService(p => p.GetRequiredService<ControlReporter>());
        services.AddHostedService<CommandWorker>();
        services.AddHostedService<DeadManWatch>();
    }

    public static void AddControls(this IBusRegistrationConfigurator bus)
    {
        bus.AddDurableConsumer<EntryHoldsConsumer>("execution-blackouts", new DurableQueue { ConcurrencyLimit = 1, SingleActive = true });
        bus.AddPerNodeConsumer<TokensFencedConsumer>("execution-fences");
        bus.AddPerNodeConsumer<SessionPresenceConsumer>("execution-sessions");
    }

    public static void MapAllControls(this WebApplication app)
    {
        app.MapControls();
        app.MapDeadMan();
        app.MapKill();
        app.MapEntryHolds();
    }
}
