using TradingSystem.Contracts.Wire;
using TradingSystem.Indicators;
using TradingSystem.Trigger.Storm;

namespace TradingSystem.Trigger.Rules;

/// <summary>Every word of a rule that means something.</summary>
public static class RuleWords
{
    public const string Gt = ComparisonWords.Gt;
    public const string Gte = ComparisonWords.Gte;
    public const string Lt = ComparisonWords.Lt;
    public const string Lte = ComparisonWords.Lte;
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

    /// <summary>It raised an event.</summary>
    public const string Raised = "raised";

    /// <summary>It was met by a candle that became known too late for an event.</summary>
    public const string Late = "late";

    /// <summary>It was met, and its event could not be written; the log says why.</summary>
    public const string Unwritten = "unwritten";

    /// <summary>It was met, and had been before, or nobody knows whether it had.</summary>
    public const string NoNews = "no_news";

    public const string NotMet = "not_met";

    /// <summary>It cannot be said whether it was met, e.g. while an average is not warm.</summary>
    public const string NotKnown = "not_known";

    public const string SwitchedOff = "switched_off";

    /// <summary>There was no such rule yet.</summary>
    public const string NotMade = "not_made";

    public const string Deleted = "deleted";

    /// <summary>No candle of that time was shown to it, or what came of it is not kept any more.</summary>
    public const string NotLookedAt = "not_looked_at";

    public const string EverySymbol = "*";

    public const string MarkPrice = "mark_price";
    public const string FundingRate = "funding_rate";

    /// <summary>They compare with something.</summary>
    public static readonly IReadOnlyList<string> Comparisons = ComparisonWords.All;

    /// <summary>They tell that something changed sides.</summary>
    public static readonly IReadOnlyList<string> Crossings = [Crosses, CrossesAbove, CrossesBelow];

    /// <summary>They tell that something went far within a time.</summary>
    public static readonly IReadOnlyList<string> Movements = [Rises, Falls, Moves];

    public static readonly IReadOnlyList<string> Ops = [.. Comparisons, .. Crossings, .. Movements];

    public static readonly IReadOnlyList<string> Directions = [Up, Down];

    /// <summary>What keeps a rule that was met from raising an event: itself, or storm control.</summary>
    public static readonly IReadOnlyList<string> HoldsBack = [Cooldown, Debounce, .. StormWords.Reasons];

    /// <summary>What came of looking at a rule.</summary>
    public static readonly IReadOnlyList<string> Looked = [Raised, StormWords.HeldBack, Cooldown, Debounce, Late, Unwritten, NoNews, NotMet, NotKnown];

    /// <summary>That, or why nobody looked.</summary>
    public static readonly IReadOnlyList<string> Outcomes = [.. Looked, SwitchedOff, NotMade, Deleted, NotLookedAt];

    /// <summary>Fields of a candle that its exchange told beside it, where it did.</summary>
    public static readonly IReadOnlyList<string> MarkFields = [MarkPrice, FundingRate];

    public static readonly IReadOnlyList<string> CandleFields = ["open", "high", "low", "close", "typical", "volume", .. MarkFields];

    public static readonly IReadOnlyList<string> Indicators = [.. IndicatorList.All.Select(d => d.Name)];

    /// <summary>Fields of an event's payload that every rule's event has.</summary>
    public static readonly IReadOnlyList<string> PayloadFields =
        ["rule", "rule_id", "version", "symbol", "interval", "direction", "price", "change_bps", "clauses", "market_time"];
}
