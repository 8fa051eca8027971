using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Hosting.Rest;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Market;
using TradingSystem.Trigger.Rules;
using TradingSystem.Trigger.Storage;
using TradingSystem.Trigger.Storm;

namespace TradingSystem.Trigger.Api;

/// <summary>Why a rule raised an event, or did not.</summary>
/// <param name="At">The moment that was asked about, RFC 3339 in market time; null for the newest.</param>
/// <param name="Symbols">Of each symbol that it was or is looked at on.</param>
public sealed record RuleWhy(Guid Id, DateTimeOffset? At, IReadOnlyList<SymbolWhy> Symbols);

/// <summary>What came of a rule over one symbol.</summary>
/// <param name="Outcome">
/// raised: an event. held_back: one that storm control kept from all groups that it was for. cooldown, debounce: met and held back by itself.
/// late: met by a candle that became known too late for an event. unwritten: met, and the event could
/// not be written. no_news: met as it was before. not_met, and not_known where something was not. switched_off, not_made, deleted: the rule of that time.
/// not_looked_at: no candle was shown to it, or it is not kept any more.
/// </param>
/// <param name="Since">End of the candle at which it was found so, RFC 3339 in market time: until the moment that was asked about no clause said anything else.
/// Values are those of this candle. Null where it was not looked at.</param>
/// <param name="NewestCandle">End of the newest candle there is of the rule's interval, RFC 3339 in market time; null where there is none.</param>
/// <param name="Version">The rule's version of that time; null where there was none.</param>
/// <param name="Rule">What that version says.</param>
/// <param name="Met">Whether the whole condition was met; null where something was not known.</param>
/// <param name="Clauses">Each clause as it was found.</param>
/// <param name="EventId">The event that it raised, or storm control held back.</param>
/// <param name="HeldFrom">The groups that storm control kept the event from, and why.</param>
/// <param name="LastEventAt">End of the candle that raised its last event up to then, which a cooldown counts from; null where none is kept.</param>
/// <param name="LastEventId">That event's id.</param>
public sealed record SymbolWhy(
    string Symbol, [property: Words(typeof(RuleWords), nameof(RuleWords.Outcomes))] string Outcome, DateTimeOffset? Since, DateTimeOffset? NewestCandle, int? Version,
    RuleDocument? Rule, bool? Met, IReadOnlyList<ClauseReading> Clauses, Guid? EventId,
    IReadOnlyList<HoldView> HeldFrom, DateTimeOffset? LastEventAt, Guid? LastEventId);

/// <summary><c>/api/v1/rules/{id}/why</c>: what came of a rule at a time, out of what is kept of it.</summary>
internal static class WhyApi
{
    public static void MapWhy(this RouteGroupBuilder rules) =>
        rules.MapGet("/{id:guid}/why", WhyAsync).RequireRole(Roles.Viewer)
            .Operation("explainRule", "Why a rule raised an event at a time, or why not, within the last 7 days");

    /// <param name="at">The moment that is asked about, in market time; left out for the newest.</param>
    /// <param name="symbol">One symbol alone; left out for each of the rule's.</param>
    private static async Task<Results<Ok<RuleWhy>, RestError, NotFoundError>> WhyAsync(
        TriggerDb db, MarketState market, RuleEngine engine, Guid id, Moment? at, string? symbol, CancellationToken cancellationToken)
    {
        if (await db.Rules.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, cancellationToken) is not { } rule)
        {
            return RestError.NotFound(id);
        }

        if (market.Status is not { } status)
        {
            return RestError.Unavailable("$", "a market; it is starting");
        }

        var versions = (await db.RuleVersions.AsNoTracking().Where(v => v.RuleId == id).OrderBy(v => v.Version).ToListAsync(cancellationToken))
            .ConvertAll(v => new Written(v.Version, v.CreatedAt, StoredRule.Read(rule.Name, v)));
        // What was looked at once, by an earlier version perhaps, and what is now.
        var kept = await db.RuleStates.AsNoTracking().Where(s => s.Market == status.StoredAs && s.RuleId == id).Select(s => s.Symbol).ToListAsync(cancellationToken);
        var all = kept.Union(status.Symbols.Where(s => IsAbout(versions[^1].Rule, s))).Order(StringComparer.Ordinal).ToList();
        var wanted = symbol?.ToUpperInvariant();
        if (wanted is not null && !all.Contains(wanted))
        {
            return RestError.Invalid("symbol", all.Count == 0 ? "left out: it is looked at on no symbol" : $"one of {string.Join(", ", all)}", wanted);
        }

        var symbols = new List<SymbolWhy>();
        foreach (var one in all.Where(s => wanted is null || s == wanted))
        {
            var evaluations = db.RuleEvaluations.AsNoTracking().Where(e => e.Market == status.StoredAs && e.RuleId == id && e.Symbol == one);
            symbols.Add(await HeldAsync(db, await OfAsync(evaluations, new(rule, versions, one), at?.Time, status, market, engine, cancellationToken), cancellationToken));
        }

        return TypedResults.Ok(new RuleWhy(id, at?.Time, symbols));
    }

    private static async Task<SymbolWhy> OfAsync(
        IQueryable<RuleEvaluationRow> evaluations, Asked asked, DateTimeOffset? at, FeedStatus status, MarketState market, RuleEngine engine,
        CancellationToken cancellationToken)
    {
        var (run, until) = (engine.RunOf(status), at ?? DateTimeOffset.MaxValue);
        var before = evaluations.Where(e => e.At <= until);
        // What market time says nothing about, as when a rule of a recording was made, is looked up in what came of it.
        var text = status.Source != FeedStatus.Replay || at is null ? asked.Versions.LastOrDefault(v => v.At <= until) : null;
        var row = text is null && status.Source != FeedStatus.Replay ? null : await Newest(before, run, text?.Version, cancellationToken);
        text ??= row is null ? null : asked.Versions.FirstOrDefault(v => v.Version == row.Version);
        var last = row is null ? null : await Newest(before.Where(e => e.EventId != null), row.Run, null, cancellationToken);
        var outcome = asked.Of(text, row, until);
        if (text is null || row is null || !RuleWords.Looked.Contains(outcome))
        {
            return new(
                asked.Symbol, outcome, null, NewestCandle(text?.Rule, asked.Symbol, status, market), text?.Version, text?.Rule, null, [], null, [], last?.At,
                last?.EventId);
        }

        var newest = NewestCandle(text.Rule, asked.Symbol, status, market);
        var next = row.At + (RuleEngine.IntervalOf(text.Rule, status)?.Length ?? TimeSpan.Zero);
        // What came of a close came of that one alone; what its clauses say goes on.
        var isOver = next <= until && next <= newest;
        return new(
            asked.Symbol, isOver ? Asked.Met(row) : outcome, row.At, newest, text.Version, text.Rule, row.Met, RuleJson.ReadClauses(row.Clauses), isOver ? null : row.EventId,
            [], last?.At, last?.EventId);
    }

    /// <summary>What storm control made of the event.</summary>
    private static async Task<SymbolWhy> HeldAsync(TriggerDb db, SymbolWhy why, CancellationToken cancellationToken) =>
        why.EventId is { } id && await db.Signals.AsNoTracking().Include(s => s.Holds).SingleOrDefaultAsync(s => s.Id == id, cancellationToken) is { } signal
            ? why with
            {
                Outcome = signal.Outcome == StormWords.HeldBack ? signal.Outcome : why.Outcome,
                HeldFrom = [.. signal.Holds.OrderBy(h => h.GroupName, StringComparer.Ordinal).Select(HoldView.Of)],
            }
            : why;

    /// <summary>A recording that goes on behind a start is another run: where this one has nothing yet, the one before answers.</summary>
    private static async Task<RuleEvaluationRow?> Newest(IQueryable<RuleEvaluationRow> rows, string run, int? version, CancellationToken cancellationToken)
    {
        var newest = rows.Where(e => version == null || e.Version == version).OrderByDescending(e => e.At).ThenByDescending(e => e.CreatedAt);
        return await newest.FirstOrDefaultAsync(e => e.Run == run, cancellationToken) ?? await newest.FirstOrDefaultAsync(cancellationToken);
    }

    private static DateTimeOffset? NewestCandle(RuleDocument? rule, string symbol, FeedStatus status, MarketState market) =>
        rule is not null && RuleEngine.IntervalOf(rule, status) is { } interval && market.Candles(symbol, interval.Name, 1, DateTimeOffset.MaxValue) is [var newest]
            ? newest.OpenTime + interval.Length
            : null;

    private static bool IsAbout(RuleDocument rule, string symbol) => rule.Symbols.Contains(symbol) || rule.Symbols.Contains(RuleWords.EverySymbol);

    private sealed record Written(int Version, DateTimeOffset At, RuleDocument Rule);

    private sealed record Asked(RuleRow Row, IReadOnlyList<Written> Versions, string Symbol)
    {
        public static string Met(RuleEvaluationRow row) => row.Met switch { true => RuleWords.NoNews, false => RuleWords.NotMet, _ => RuleWords.NotKnown };

        /// <param name="text">The version of that time; null where there was none.</param>
        /// <param name="row">What was kept of it last, null where nothing was.</param>
        public string Of(Written? text, RuleEvaluationRow? row, DateTimeOffset until) =>
            text is null ? (Versions[0].At > until ? RuleWords.NotMade : RuleWords.NotLookedAt)
            : Row.DeletedAt <= until ? RuleWords.Deleted
            : text.Rule.Enabled == false ? RuleWords.SwitchedOff
            : row is null || !IsAbout(text.Rule, Symbol) ? RuleWords.NotLookedAt
            : row.Outcome ?? Met(row);
    }
}
