using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Hosting.Rest;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Rules;
using TradingSystem.Trigger.Storm;

namespace TradingSystem.Trigger.Api;

/// <summary>Body of a rehearsal.</summary>
/// <param name="Rule">As it would be written.</param>
/// <param name="Symbol">The symbol whose candles it is rehearsed on; the rule's own symbols play no part.</param>
/// <param name="From">First moment, RFC 3339; left out for 30 days before the end.</param>
/// <param name="To">First moment that is not looked at, RFC 3339; left out for now. At most 366 days after <c>from</c>.</param>
[BodyTerms(MaxBytes = 36 * 1024)]
[NoNulls]
public sealed record RehearsalBody(RuleDocument Rule, string Symbol, DateTimeOffset? From = null, DateTimeOffset? To = null)
{
    private static readonly TimeSpan Usual = TimeSpan.FromDays(30);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);
    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    internal static RehearsalBody Read(FieldReader fields, DateTimeOffset now)
    {
        var rule = fields.Object("rule", required: true) is { } inner ? RuleReader.Read(inner) : null;
        var symbol = fields.Line("symbol", 20, 1, required: true)?.ToUpperInvariant();
        var to = fields.Time("to") ?? now;
        if (to < Earliest)
        {
            fields.Fail("to", "2000-01-01T00:00:00Z or later");
            to = now;
        }

        var from = fields.Time("from") ?? to - Usual;
        if (from >= to || to - from > Longest)
        {
            fields.Fail("from", $"before to, by at most {Longest.TotalDays} days", $"{from:O}");
        }

        return new(rule!, symbol ?? "", from, to);
    }
}

/// <summary>When a rule would have been met.</summary>
/// <param name="At">End of the candle, RFC 3339 in market time.</param>
/// <param name="Price">That candle's close.</param>
/// <param name="Direction">Which way the market went; null where no clause says.</param>
/// <param name="ChangeBps">How far a movement went, in basis points; null for what is none.</param>
/// <param name="HeldBack">What would have kept it from raising an event; null where nothing would.</param>
/// <param name="Clauses">Each clause as it was found.</param>
/// <param name="After">What followed after 1, 5 and 60 minutes.</param>
public sealed record RehearsedEvent(
    DateTimeOffset At, decimal Price, [property: Words(typeof(RuleWords), nameof(RuleWords.Directions))] string? Direction, decimal? ChangeBps,
    [property: Words(typeof(RuleWords), nameof(RuleWords.HoldsBack))] string? HeldBack, IReadOnlyList<ClauseReading> Clauses, IReadOnlyList<Aftermath> After);

/// <summary>What a rule would have raised.</summary>
/// <param name="Candles">How many it was shown; a rule needs some until its indicators are warm.</param>
/// <param name="Gaps">Spans of the time that no candle is kept of.</param>
/// <param name="FirstCandle">When the first of them opened, RFC 3339; null where there are none.</param>
/// <param name="Raised">Events that it would have raised.</param>
/// <param name="HeldBack">How often it was met and held back.</param>
/// <param name="Events">Each time that it was met, oldest first, the first 1000.</param>
/// <param name="ArmedVersion">The current version of the rule of this name; null where there is none.</param>
/// <param name="OnlyArmed">Ends of the candles at which that version would have raised an event and this one would not, as far as both are known, the first 1000.</param>
/// <param name="OnlyRehearsed">The same the other way round; every event where there is no other version.</param>
/// <param name="NotRehearsable">Clauses over what some or all of the candles have not, as a mark price before any was recorded: there they are neither true nor false.</param>
/// <param name="ArmedNotRehearsable">The same of the armed version, whose events may be missing for it.</param>
public sealed record RehearsalView(
    string Symbol, string Interval, int Candles, int Gaps, DateTimeOffset? FirstCandle, int Raised, int HeldBack, IReadOnlyList<RehearsedEvent> Events,
    int? ArmedVersion, IReadOnlyList<DateTimeOffset> OnlyArmed, IReadOnlyList<DateTimeOffset> OnlyRehearsed,
    IReadOnlyList<UnrecordedClause> NotRehearsable, IReadOnlyList<UnrecordedClause> ArmedNotRehearsable)
{
    private const int Most = Rehearsal.Told;

    /// <param name="armed">Whenever the armed version was met, and its clauses over what is not recorded.</param>
    internal static RehearsalView Of(
        Rehearsal rehearsal, RehearsalBody asked, Interval interval, int? armedVersion,
        (IReadOnlyList<Firing> Met, IReadOnlyList<UnrecordedClause> Unrecorded) armed, StormOptions storm, RuleMutes mutes,
        CancellationToken cancellationToken)
    {
        var met = rehearsal.Of(asked.Rule, storm, mutes.Of(asked.Rule, asked.Symbol), cancellationToken: cancellationToken);
        var raised = met.Where(f => f.HeldBack is null).Select(f => f.At).ToList();
        var others = armed.Met.Where(f => f.HeldBack is null).Select(f => f.At).ToList();
        return new(
            asked.Symbol,
            interval.Name,
            rehearsal.Candles.Count,
            rehearsal.Gaps,
            rehearsal.Candles.Count == 0 ? null : rehearsal.Candles[0].OpenTime,
            raised.Count,
            met.Count - raised.Count,
            [
                .. met.Take(Most).Select(f => new RehearsedEvent(
                    f.At, f.Candle.Close, f.Direction, f.ChangePct is { } change ? Math.Round(change * 100, 2) : null, f.HeldBack, f.Clauses, rehearsal.Following(f))),
            ],
            armedVersion,
            [.. others.Except(raised).Take(Most)],
            [.. raised.Except(others).Take(Most)],
            Unrecorded.In(asked.Rule, rehearsal.Candles),
            armed.Unrecorded);
    }
}
