namespace TradingSystem.Execution.Protection;

public static class ProtectionServices
{
    public static void AddProtection(this IServiceCollection services)
    {
        services.AddSingleton<ProtectionWatch>();
        services.AddSingleton<NakedClock>();
        services.AddHostedService(p => p.GetRequiredService<ProtectionWatch>());
        services.AddHostedService(p => p.GetRequiredService<NakedClock>());
    }
}
