using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;

namespace TradingSystem.Execution.Desk;

public static class DeskServices
{
    /// <summary>Orders of accounts at venues; after the accounts and the controls.</summary>
    public static void AddDesk(this IServiceCollection services)
    {
        services.AddSingleton<StepAnnouncer>();
        services.AddHostedService(p => p.GetRequiredService<StepAnnouncer>());
        services.AddSingleton<DeskParts>();
        services.AddSingleton<SimulatedVenues>();
        services.AddSingleton<VenuePrices>();
        services.AddSingleton<DeskHost>();
        services.AddHostedService(p => p.GetRequiredService<DeskHost>());
        services.AddSingleton<OpenOrderCancel>();
        services.AddSingleton<CancelOpenOrders>(p => p.GetRequiredService<OpenOrderCancel>().RunAsync);
    }
}
