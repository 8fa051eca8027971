namespace TradingSystem.Trigger.Storm;

/// <summary>What becomes of an event that is to be raised.</summary>
public static class StormWords
{
    /// <summary>It woke whom it was for, or those of them that had room.</summary>
    public const string Sent = "sent";

    /// <summary>The same event had woken them shortly before.</summary>
    public const string SameEvent = "same_event";

    /// <summary>Each group that it was for had had all the events of a minute, or the same event.</summary>
    public const string Budget = "budget";

    /// <summary>It counts what was held back.</summary>
    public const string Summary = "summary";

    /// <summary>What holds an event back.</summary>
    public static readonly IReadOnlyList<string> HoldsBack = [SameEvent, Budget];

    public static readonly IReadOnlyList<string> Outcomes = [Sent, .. HoldsBack, Summary];
}
