namespace TradingSystem.Trigger.Storage;

/// <summary>Every word of a schedule that is not the wire's.</summary>
public static class ScheduleStates
{
    public const string Once = "once";
    public const string Cron = "cron";
    public const string Price = "price";

    /// <summary>What a schedule waits for.</summary>
    public static readonly IReadOnlyList<string> Kinds = [Once, Cron, Price];

    public const string Active = "active";

    /// <summary>All its times have come.</summary>
    public const string Done = "done";

    public const string Cancelled = "cancelled";

    /// <summary>Its price did not come in time.</summary>
    public const string Expired = "expired";

    /// <summary>Its trigger had as many active ones as it may have.</summary>
    public const string Refused = "refused";

    public static readonly IReadOnlyList<string> All = [Active, Done, Cancelled, Expired, Refused];

    public const string Raised = "raised";

    /// <summary>It was found due too late, or another one after it was raised instead.</summary>
    public const string Late = "late";

    /// <summary>The one before it had not got out yet.</summary>
    public const string Overlap = "overlap";

    /// <summary>Its trigger is switched off.</summary>
    public const string SwitchedOff = "switched_off";

    /// <summary>What became of an occurrence.</summary>
    public static readonly IReadOnlyList<string> Outcomes = [Raised, Late, Overlap, SwitchedOff];
}
