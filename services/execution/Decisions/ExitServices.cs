namespace TradingSystem.Execution.Decisions;

public static class ExitServices
{
    public static void AddExits(this IServiceCollection services)
    {
        services.AddSingleton<ExitWatch>();
        services.AddHostedService(p => p.GetRequiredService<ExitWatch>());
    }
}
