using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Delivery;
using TradingSystem.Execution.Desk;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Protection;

public static class ProtectionServices
{
    public static void AddProtection(this IServiceCollection services)
    {
        services.AddSingleton<ProtectionWatch>();
        services.AddSingleton<NakedClock>();
        services.AddSingleton(p => new ProtectionMoves(
            p.GetRequiredService<IDbContextFactory<ExecutionDb>>(), p.GetRequiredService<DecisionProcessor>(), p.GetRequiredService<Announcer>(), p.GetRequiredService<DeskHost>().Wake,
            p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<ProtectionMoves>>()));
        services.AddHostedService(p => p.GetRequiredService<ProtectionMoves>());
        services.AddHostedService(p => p.GetRequiredService<ProtectionWatch>());
        services.AddHostedService(p => p.GetRequiredService<NakedClock>());
    }
}
