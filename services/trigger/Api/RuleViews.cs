using Microsoft.EntityFrameworkCore;
using TradingSystem.Hosting.Rest;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Market;
using TradingSystem.Trigger.Rules;
using TradingSystem.Trigger.Storage;
using TradingSystem.Trigger.Storm;

namespace TradingSystem.Trigger.Api;

/// <summary>A rule as it is now.</summary>
/// <param name="Version">Grows by one with every change, from 1; an event's payload names the one that raised it.</param>
/// <param name="Rule">What it says; its name alone where this version of the service cannot read it, which <c>last_error</c> then says.</param>
/// <param name="ChangedBy">Who wrote this version.</param>
/// <param name="ChangedAt">When this version was written, RFC 3339.</param>
/// <param name="Status">online: it raised an event within the last five minutes. quiet: it is looked at and raised none. offline: it is not looked at, as it is
/// switched off or cannot be used, the market has none of its symbols or no candles of its interval, or its feed is dead or over.</param>
/// <param name="Watched">Symbols of the market that it is looked at on just now; none where it is switched off or cannot be used, or the market has no candles
/// of its interval.</param>
/// <param name="LastEvent">The newest event that it raised in this market, also one that storm control held back; null where there was none.</param>
/// <param name="LastError">Why it cannot be used, or that an event of the last hour could not be written, or that the market does not tell what it looks at; null
/// where nothing is known to be wrong.</param>
/// <param name="EventsLastHour">Events that it raised in this market in the last 60 minutes by the clock, over all its symbols.</param>
/// <param name="LastEventAt">As in <c>last_event</c>.</param>
/// <param name="LastEventId">As in <c>last_event</c>.</param>
public sealed record RuleView(
    Guid Id,
    int Version,
    RuleDocument Rule,
    string ChangedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset ChangedAt,
    [property: Words(typeof(SourceStatus))] string Status,
    IReadOnlyList<string> Watched,
    RuleEvent? LastEvent,
    RuleError? LastError,
    int EventsLastHour,
    DateTimeOffset? LastEventAt,
    Guid? LastEventId);

/// <summary>An event that a rule raised.</summary>
/// <param name="Id">Its id, by which the diary has it.</param>
/// <param name="At">End of the candle that raised it, RFC 3339 in market time.</param>
public sealed record RuleEvent(Guid Id, string Symbol, DateTimeOffset At);

/// <summary>What is wrong with a rule.</summary>
/// <param name="Message">For people, at most 300 characters.</param>
/// <param name="At">Since when it is known, RFC 3339 by the clock.</param>
public sealed record RuleError(string Message, DateTimeOffset At);

/// <summary>A rule and the version that is in force.</summary>
public sealed record CurrentRule(RuleRow Rule, RuleVersionRow Version);

/// <summary>What is known of rules in the market that is on.</summary>
public sealed class RuleViews(TriggerDb db, MarketState market, RuleOptions options, TimeProvider time)
{
    private const string Unwritten = "it was met, and its event could not be written; the log says why";
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>Those of <paramref name="rules"/>, newest first, each with its version as both were at one moment.</summary>
    /// <param name="limit">At most so many.</param>
    public async Task<IReadOnlyList<CurrentRule>> FindAsync(IQueryable<RuleRow> rules, int limit, CancellationToken cancellationToken)
    {
        var found = await rules.AsNoTracking()
            .Join(db.RuleVersions.AsNoTracking(), r => new { RuleId = r.Id, r.Version }, v => new { v.RuleId, v.Version }, (r, v) => new { Rule = r, Version = v })
            .OrderByDescending(c => c.Rule.Seq).Take(limit).ToListAsync(cancellationToken);
        return found.ConvertAll(c => new CurrentRule(c.Rule, c.Version));
    }

    /// <returns>By id.</returns>
    public async Task<IReadOnlyDictionary<Guid, RuleView>> OfAsync(IReadOnlyList<CurrentRule> rules, CancellationToken cancellationToken)
    {
        var ids = rules.Select(r => r.Rule.Id).ToList();
        var status = market.Status;
        var source = status?.StoredAs ?? "";
        var last = (await db.RuleStates.AsNoTracking().Where(s => s.Market == source && s.FiredAt != null && ids.Contains(s.RuleId)).ToListAsync(cancellationToken))
            .GroupBy(s => s.RuleId).ToDictionary(g => g.Key, g => g.MaxBy(s => s.FiredAt)!);
        var recent = await RecentAsync(source, ids, cancellationToken);
        return rules.ToDictionary(r => r.Rule.Id, r => View(r, status, last.GetValueOrDefault(r.Rule.Id), recent.GetValueOrDefault(r.Rule.Id)));
    }

    public async Task<RuleView> OfAsync(CurrentRule rule, CancellationToken cancellationToken) => (await OfAsync([rule], cancellationToken))[rule.Rule.Id];

    /// <summary>What is asked for goes by the clock, which says when a row was written: the market's time may be a recording's.</summary>
    private async Task<Dictionary<Guid, Recent>> RecentAsync(string source, List<Guid> ids, CancellationToken cancellationToken)
    {
        var since = time.GetUtcNow() - Hour;
        return await db.RuleEvaluations.AsNoTracking()
            .Where(e => e.CreatedAt > since && e.Market == source && ids.Contains(e.RuleId) && (e.EventId != null || e.Outcome == RuleWords.Unwritten))
            // What storm control held back was no event.
            .Where(e => !db.Set<SignalRow>().Any(s => s.Id == e.EventId && s.Outcome == StormWords.HeldBack))
            .GroupBy(e => e.RuleId)
            .Select(g => new
            {
                Rule = g.Key,
                Events = g.Count(e => e.EventId != null),
                RaisedAt = g.Max(e => e.EventId != null ? (DateTimeOffset?)e.CreatedAt : null),
                UnwrittenAt = g.Max(e => e.EventId == null ? (DateTimeOffset?)e.CreatedAt : null),
            })
            .ToDictionaryAsync(r => r.Rule, r => new Recent(r.Events, r.RaisedAt, r.UnwrittenAt), cancellationToken);
    }

    private RuleView View(CurrentRule current, FeedStatus? status, RuleStateRow? last, Recent recent)
    {
        var (rule, version) = current;
        var stored = StoredRule.Of(rule.Name, version);
        IReadOnlyList<string> watched = !options.Enabled || stored.Fault is not null || status is null ? [] : RuleEngine.Watched(stored.Document, status);
        // Nothing more is shown to it where the feed is dead or has told all.
        var isOn = watched.Count > 0 && status is { DeadSince: null, IsOver: false };
        return new(
            rule.Id, version.Version, stored.Document, version.Actor, rule.CreatedAt, version.CreatedAt,
            SourceStatus.Of(isOn, isThere: true, recent.RaisedAt, time.GetUtcNow()), watched,
            last is { FiredAt: { } at, EventId: { } id } ? new(id, last.Symbol, at) : null,
            stored.Fault is not null ? new(stored.Fault, version.CreatedAt)
                : recent.UnwrittenAt is { } since ? new(Unwritten, since)
                : Untold(stored.Document, status) is { } untold ? new(untold, version.CreatedAt) : null,
            recent.Events, last?.FiredAt, last?.EventId);
    }

    /// <summary>Null where the market may tell all that the rule looks at.</summary>
    private static string? Untold(RuleDocument rule, FeedStatus? status) =>
        status is { Source: not FeedStatus.Live } && Unrecorded.Fields(rule) is [_, ..] fields
            ? $"this market tells no {string.Join(" and no ", fields)}: a clause over it is neither true nor false"
            : null;

    private readonly record struct Recent(int Events, DateTimeOffset? RaisedAt, DateTimeOffset? UnwrittenAt);
}
