using System.Text.Json;
using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Schedules;

/// <summary>The signal in a row.</summary>
internal static class ScheduleRows
{
    public static string Text(ScheduledSignal signal) => JsonSerializer.Serialize(signal, BusJson.Default.ScheduledSignal);

    /// <summary>For people: the signal as far as this node can read it, and what it cannot do with it; null where that is nothing.</summary>
    public static (ScheduledSignal? Signal, string? Fault) Read(ScheduleRow row)
    {
        ScheduledSignal? signal = null;
        try
        {
            signal = Signal(row);
            if (row.Kind != ScheduleStates.Price)
            {
                ScheduleTimes.Of(signal);
            }

            return (signal, null);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return (null, "it is not one of this version");
        }
        catch (InvalidOperationException e)
        {
            return (signal, e.Message);
        }
    }

    public static ScheduledSignal Signal(ScheduleRow row) => JsonSerializer.Deserialize(row.Signal, BusJson.Default.ScheduledSignal)!;
}
