namespace TradingSystem.Trigger.Schedules;

internal static class ScheduleServices
{
    public static void AddSchedules(this IServiceCollection services)
    {
        services.AddSingleton<OccurrenceSender>();
        services.AddSingleton<ScheduleClock>();
        services.AddSingleton<ConditionBook>();
        services.AddSingleton<ScheduleIntake>();
        services.AddHostedService(p => p.GetRequiredService<ConditionBook>());
        services.AddHostedService(p => p.GetRequiredService<ScheduleClock>());
        services.AddHostedService(p => p.GetRequiredService<OccurrenceSender>());
        services.AddHostedService<ScheduleRetention>();
    }
}
