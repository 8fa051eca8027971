namespace TradingSystem.Trigger.Storm;

/// <summary>What becomes of an event that is to be raised.</summary>
public static class StormWords
{
    /// <summary>It woke whom it was for, or those of them that it was not kept from.</summary>
    public const string Sent = "sent";

    /// <summary>It is let through and about to be sent.</summary>
    public const string Pending = "pending";

    /// <summary>The bus did not take it while it was news.</summary>
    public const string GivenUp = "given_up";

    /// <summary>It was kept from each group that it was for.</summary>
    public const string HeldBack = "held_back";

    /// <summary>It counts what was held back.</summary>
    public const string Summary = "summary";

    /// <summary>What a judge says.</summary>
    public static readonly IReadOnlyList<string> Verdicts = [Sent, HeldBack];

    public static readonly IReadOnlyList<string> Outcomes = [Sent, Pending, GivenUp, HeldBack, Summary];

    /// <summary>The same event had woken the group shortly before.</summary>
    public const string SameEvent = "same_event";

    /// <summary>The group had had all the events of a minute.</summary>
    public const string Budget = "budget";

    /// <summary>A blackout was on.</summary>
    public const string Mute = "mute";

    /// <summary>What keeps an event from a group.</summary>
    public static readonly IReadOnlyList<string> Reasons = [SameEvent, Budget, Mute];
}
