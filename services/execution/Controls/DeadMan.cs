namespace TradingSystem.Execution.Controls;

public static class DeadManActions
{
    public const string None = "none";

    /// <summary>New decisions do nothing.</summary>
    public const string Pause = "pause";

    /// <summary>Also cancels open orders.</summary>
    public const string Cancel = "cancel";

    /// <summary>Also closes the positions.</summary>
    public const string Flatten = "flatten";

    public static readonly string[] All = [None, Pause, Cancel, Flatten];
}

/// <summary>
/// A group's dead-man's switch: what is done when its bot has had no session for a time. It arms with the bot's first session, so a group
/// without a bot of its own never fires it; after it fired it arms again with the bot's next one, and a person resumes the group.
/// </summary>
public sealed class DeadMan
{
    /// <summary>Who acts.</summary>
    public const string Actor = "dead-man's switch";

    public Guid GroupId { get; init; }

    /// <summary>One of <see cref="DeadManActions"/>.</summary>
    public required string Action { get; set; }

    public int AfterS { get; set; }

    /// <summary>A session was there since the switch was set or fired.</summary>
    public bool Armed { get; set; }

    /// <summary>Since when no gateway has a session of the group; null while one has.</summary>
    public DateTimeOffset? SilentSince { get; set; }

    public DateTimeOffset? FiredAt { get; set; }

    public required string ChangedBy { get; set; }

    public DateTimeOffset ChangedAt { get; set; }

    public TimeSpan After => TimeSpan.FromSeconds(AfterS);
}
