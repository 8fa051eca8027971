using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting;

namespace TradingSystem.Trigger.Schedules;

internal static class ScheduleServices
{
    public static void AddSchedules(this IServiceCollection services)
    {
        services.AddDurableKind<SystemLog, SystemLogs>(items => new(items), l => l.Message.Length + (l.Detail?.Length ?? 0) + 512, inFlight: 4, trace: i => i.TraceParent);
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
