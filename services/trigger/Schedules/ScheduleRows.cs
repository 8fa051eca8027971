using System.Text.Json;
using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Schedules;

/// <summary>The signal in a row.</summary>
internal static class ScheduleRows
{
    public static string Text(ScheduledSignal signal) => JsonSerializer.Serialize(signal, BusJson.Default.ScheduledSignal);

    public static ScheduledSignal Signal(ScheduleRow row) => JsonSerializer.Deserialize(row.Signal, BusJson.Default.ScheduledSignal)!;
}
