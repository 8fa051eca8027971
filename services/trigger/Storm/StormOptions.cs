namespace TradingSystem.Trigger.Storm;

/// <summary>Storm control in three numbers, bound from <c>TRIGGER__STORM__…</c>.</summary>
public sealed class StormOptions
{
    private static readonly TimeSpan LongestSame = TimeSpan.FromMinutes(10);

    /// <summary>The same event again within this time wakes nobody; 0 switches it off.</summary>
    public TimeSpan SameWithin { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>At most so many events a minute wake one group; 0 for as many as there are.</summary>
    public int PerMinute { get; set; } = 60;

    /// <summary>Events of this priority and above always pass; 11 for none.</summary>
    public int AlwaysFrom { get; set; } = 9;

    /// <exception cref="InvalidOperationException">A value breaks its rule.</exception>
    internal StormOptions Validated() =>
        SameWithin < TimeSpan.Zero || SameWithin > LongestSame ? throw Broken(nameof(SameWithin), $"0 to {LongestSame:c}", $"{SameWithin:c}")
        : PerMinute is < 0 or > 10_000 ? throw Broken(nameof(PerMinute), "0 to 10000", $"{PerMinute}")
        : AlwaysFrom is < 1 or > 11 ? throw Broken(nameof(AlwaysFrom), "1 to 11", $"{AlwaysFrom}")
        : this;

    private static InvalidOperationException Broken(string name, string rule, string got) => new($"Trigger:Storm:{name} must be {rule}, got {got}.");
}
