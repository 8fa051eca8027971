namespace TradingSystem.Trigger.Blackouts;

/// <summary>Codes of log lines.</summary>
internal static class BlackoutLogs
{
    /// <summary>A blackout was made, changed or taken away.</summary>
    public const string Changed = "BLACKOUT_CHANGED";
}
