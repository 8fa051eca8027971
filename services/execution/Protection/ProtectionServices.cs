using MassTransit;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting;

namespace TradingSystem.Execution.Protection;

public static class ProtectionServices
{
    public static void AddProtection(this IServiceCollection services)
    {
        services.AddSingleton<ProtectionWatch>();
        services.AddSingleton<NakedClock>();
        services.AddSingleton(p => new ProtectionMoves(
            p.GetRequiredService<IDbContextFactory<ExecutionDb>>(), p.GetRequiredService<DecisionProcessor>(), p.GetRequiredService<Announcer>(),
            p.GetRequiredService<WakeDesk>().Invoke,
            p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<ProtectionMoves>>()));
        services.AddHostedService(p => p.GetRequiredService<ProtectionMoves>());
        services.AddHostedService(p => p.GetRequiredService<ProtectionWatch>());
        services.AddHostedService(p => p.GetRequiredService<NakedClock>());
    }

    public static void AddSteering(this IBusRegistrationConfigurator bus) =>
        // One message at a time everywhere, so that of two moves of one leg the later one holds.
        bus.AddDurableConsumer<GroupSteeringsConsumer>("execution-steerings", new DurableQueue { ConcurrencyLimit = 1, PrefetchCount = 1, SingleActive = true });
}
