using MassTransit;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Desk;
using TradingSystem.Execution.Exits;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting;

namespace TradingSystem.Execution.Steering;

public static class SteeringServices
{
    /// <summary>After the desks.</summary>
    public static void AddSteering(this IServiceCollection services)
    {
        services.AddSingleton(p =>
        {
            var (steps, exits) = (p.GetRequiredService<StepAnnouncer>(), p.GetRequiredService<ExitWatch>());
            return new OrderCancels(
                p.GetRequiredService<IDbContextFactory<ExecutionDb>>(),
                p.GetRequiredService<DeskHost>().Wake,
                () =>
                {
                    steps.Wake();
                    exits.Wake();
                },
                p.GetRequiredService<ExecutionOptions>(),
                p.GetRequiredService<TimeProvider>());
        });
        services.AddSingleton(p => new CancelMemory(
            p.GetRequiredService<IDbContextFactory<ExecutionDb>>(), p.GetRequiredService<StepAnnouncer>().Wake, p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<CancelMemory>>()));
        services.AddHostedService(p => p.GetRequiredService<CancelMemory>());
    }

    public static void AddSteering(this IBusRegistrationConfigurator bus) =>
        // One message at a time everywhere, so that of two moves of one leg the later one holds.
        bus.AddDurableConsumer<GroupSteeringsConsumer>("execution-steerings", new DurableQueue { ConcurrencyLimit = 1, PrefetchCount = 1, SingleActive = true });
}
