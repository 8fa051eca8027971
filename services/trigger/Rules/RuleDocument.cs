using TradingSystem.Hosting.Rest;

namespace TradingSystem.Trigger.Rules;

/// <summary>
/// A rule: what to look at, when it is worth an event, and what the event says. It is looked at when a candle of its interval closes, and raises an
/// event when its condition becomes true: what was true when the rule was made, or behind a gap in the market, is no news.
/// </summary>
/// <param name="Name">Small letters, digits and _, beginning with a letter; at most 60, and unique among the rules that are not deleted.</param>
/// <param name="Symbols">Symbols that it is about, each for itself, 1 to 50; <c>*</c> alone for every symbol of the market.</param>
/// <param name="When">The condition.</param>
/// <param name="Title">The event's title, as Liquid text of at most 500 characters over <c>symbol</c>, <c>interval</c>, <c>direction</c>, <c>price</c>,
/// <c>mark_price</c>, <c>funding_rate</c>, <c>change_bps</c>, <c>rule</c> and <c>clauses</c>.</param>
/// <param name="Description">For people, at most 500 characters.</param>
/// <param name="Enabled">Whether it is looked at; true where it is left out.</param>
/// <param name="Interval">Length of the candles, e.g. 1s, 1m, 15m or 1h; left out for the market's own: a second where it is live or simulated, a
/// recording's candles.</param>
/// <param name="CooldownS">Market seconds after an event of a symbol in which it raises no other, 0 to 604800; 0 where it is left out.</param>
/// <param name="DebounceS">Market seconds that it must have been false for before it can be true again, 0 to 86400; 0 where it is left out.</param>
/// <param name="Priority">Of the event, 1 to 10; 6 where it is left out.</param>
/// <param name="Targets">Whom the event wakes, as in a trigger's frame; left out for the groups of the symbol.</param>
/// <param name="Direction">What the event says of the market where no clause has a direction of its own.</param>
/// <param name="Payload">More fields of the event's payload, at most 20: names as the rule's, texts of Liquid as the title.</param>
[BodyTerms(MaxBytes = 32 * 1024)]
[NoNulls]
public sealed record RuleDocument(
    string Name,
    IReadOnlyList<string> Symbols,
    RuleCondition When,
    string Title,
    string? Description = null,
    bool? Enabled = null,
    string? Interval = null,
    decimal? CooldownS = null,
    decimal? DebounceS = null,
    int? Priority = null,
    IReadOnlyList<string>? Targets = null,
    [property: Words(typeof(RuleWords), nameof(RuleWords.Directions))] string? Direction = null,
    IReadOnlyDictionary<string, string>? Payload = null);

/// <summary>
/// Either <c>all</c>, <c>any</c> or <c>not</c> of other conditions, or a clause: <c>left</c>, <c>op</c> and what the operator needs. What is not known
/// yet, as an average that is not warm, makes a clause neither true nor false.
/// </summary>
/// <param name="All">True when each of them is, 1 to 20.</param>
/// <param name="Any">True when one of them is, 1 to 20.</param>
/// <param name="Not">True when it is false.</param>
/// <param name="Left">What is looked at.</param>
/// <param name="Op">gt, gte, lt and lte compare with <c>right</c>. crosses, crosses_above and crosses_below tell that left went to the other side of
/// <c>right</c>; touching is not crossing. rises, falls and moves tell that left is at least <c>by_pct</c> away from its lowest or highest value within
/// <c>within_s</c>; the next one is measured from there.</param>
/// <param name="Right">What it is compared with.</param>
/// <param name="ByPct">Per cent, above 0 and at most 1000.</param>
/// <param name="WithinS">Market seconds, 1 to 86400.</param>
/// <param name="ForS">It must have been true at every close for so many market seconds, 1 to 86400. Not for what is true for one moment only.</param>
[NoNulls]
public sealed record RuleCondition(
    IReadOnlyList<RuleCondition>? All = null,
    IReadOnlyList<RuleCondition>? Any = null,
    RuleCondition? Not = null,
    RuleOperand? Left = null,
    [property: Words(typeof(RuleWords), nameof(RuleWords.Ops))] string? Op = null,
    RuleOperand? Right = null,
    decimal? ByPct = null,
    decimal? WithinS = null,
    decimal? ForS = null);

/// <summary>One of <c>value</c>, <c>candle</c> and <c>indicator</c>.</summary>
/// <param name="Value">A number.</param>
/// <param name="Candle">A field of the candle that closed. mark_price and funding_rate are the last that the exchange told before its end; not known where
/// it told none in the minute before.</param>
/// <param name="Indicator">An indicator of the candles up to it.</param>
/// <param name="Output">Which of the indicator's figures; its first where it is left out.</param>
/// <param name="Parameters">The indicator's, by name; the usual ones where they are left out.</param>
/// <param name="Ago">So many candles before, 0 to 500; 0 where it is left out.</param>
/// <param name="Times">Multiplied by, -1000 to 1000; 1 where it is left out.</param>
[NoNulls]
public sealed record RuleOperand(
    decimal? Value = null,
    [property: Words(typeof(RuleWords), nameof(RuleWords.CandleFields))] string? Candle = null,
    [property: Words(typeof(RuleWords), nameof(RuleWords.Indicators))] string? Indicator = null,
    string? Output = null,
    IReadOnlyDictionary<string, decimal>? Parameters = null,
    int? Ago = null,
    decimal? Times = null);
