using System.Globalization;
using TradingSystem.Calendar;
using TradingSystem.Contracts.Wire.Frames;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Gateway.Events;

/// <summary>What of a <c>scheduled</c> or <c>conditional</c> event only a clock and a calendar can tell.</summary>
internal static class ScheduleCheck
{
    private const string Future = "in the future";

    /// <summary>Null where it has something to wait for.</summary>
    public static FieldError? Fault(EventFrame frame, DateTimeOffset now)
    {
        if (frame.When is not null)
        {
            return frame.ValidUntil <= now ? new("valid_until", Future, Text(frame.ValidUntil)) : null;
        }

        var terms = frame.Schedule!;
        if (terms.Cron is not { } cron)
        {
            return terms.TriggerAt <= now ? new("trigger_at", Future, Text(terms.TriggerAt)) : null;
        }

        if (!CronCalendar.TryRead(cron.Cron, cron.Zone, out var calendar, out var isCron, out var rule))
        {
            return new(isCron ? "schedule.cron" : "schedule.zone", rule, FieldError.Shorten(isCron ? cron.Cron : cron.Zone));
        }

        return calendar.Next(now) is not { } next ? new("schedule.cron", "an expression that falls due once more", FieldError.Shorten(cron.Cron))
            : next > cron.Until ? new("schedule.until", $"not before {Text(next)}, when it falls due next", Text(cron.Until))
            : null;
    }

    private static string Text(DateTimeOffset? time) => time!.Value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
