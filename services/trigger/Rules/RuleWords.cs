using TradingSystem.Indicators;

namespace TradingSystem.Trigger.Rules;

/// <summary>Every word of a rule that means something.</summary>
public static class RuleWords
{
    public const string Gt = "gt";
    public const string Gte = "gte";
    public const string Lt = "lt";
    public const string Lte = "lte";
    public const string Crosses = "crosses";
    public const string CrossesAbove = "crosses_above";
    public const string CrossesBelow = "crosses_below";
    public const string Rises = "rises";
    public const string Falls = "falls";
    public const string Moves = "moves";

    public const string Up = "up";
    public const string Down = "down";

    public const string Cooldown = "cooldown";
    public const string Debounce = "debounce";

    public const string EverySymbol = "*";

    /// <summary>They compare with something.</summary>
    public static readonly IReadOnlyList<string> Comparisons = [Gt, Gte, Lt, Lte];

    /// <summary>They tell that something changed sides.</summary>
    public static readonly IReadOnlyList<string> Crossings = [Crosses, CrossesAbove, CrossesBelow];

    /// <summary>They tell that something went far within a time.</summary>
    public static readonly IReadOnlyList<string> Movements = [Rises, Falls, Moves];

    public static readonly IReadOnlyList<string> Ops = [.. Comparisons, .. Crossings, .. Movements];

    public static readonly IReadOnlyList<string> Directions = [Up, Down];

    /// <summary>What keeps a rule that was met from raising an event.</summary>
    public static readonly IReadOnlyList<string> HoldsBack = [Cooldown, Debounce];

    public static readonly IReadOnlyList<string> CandleFields = ["open", "high", "low", "close", "typical", "volume"];

    public static readonly IReadOnlyList<string> Indicators = [.. IndicatorList.All.Select(d => d.Name)];

    /// <summary>Fields of an event's payload that every rule's event has.</summary>
    public static readonly IReadOnlyList<string> PayloadFields =
        ["rule", "rule_id", "version", "symbol", "interval", "direction", "price", "change_bps", "clauses", "market_time"];
}
