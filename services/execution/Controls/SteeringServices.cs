using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Settings;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Controls;

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
                p.GetRequiredService<WakeDesk>().Invoke,
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
}
