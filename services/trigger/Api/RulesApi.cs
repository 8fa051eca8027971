using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using TradingSystem.Hosting.Rest;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Market;
using TradingSystem.Trigger.Rules;
using TradingSystem.Trigger.Storage;
using TradingSystem.Trigger.Storm;

namespace TradingSystem.Trigger.Api;

/// <summary>A rule as it was written once.</summary>
/// <param name="Version">From 1, without a gap.</param>
/// <param name="Rule">What it said; its name alone where this version of the service cannot read it.</param>
/// <param name="ChangedBy">Who wrote it.</param>
/// <param name="ChangedAt">When it was written, RFC 3339.</param>
public sealed record RuleVersionView(int Version, RuleDocument Rule, string ChangedBy, DateTimeOffset ChangedAt);

/// <summary><c>/api/v1/rules</c>: rules are data, looked at as soon as they are written, every version kept.</summary>
public static class RulesApi
{
    public const int Most = 500;

    private static readonly TimeSpan RehearsalDeadline = TimeSpan.FromSeconds(14);
    private static readonly SemaphoreSlim OneAtATime = new(1, 1);

    public static void MapRules(this WebApplication app)
    {
        var rules = app.MapGroup("/api/v1/rules").WithTags("rules");
        rules.MapGet("/", ListAsync).RequireRole(Roles.Viewer).Operation("listRules", "The rules, newest first");
        rules.MapPost("/", CreateAsync).RequireRole(Roles.Trader).Operation("createRule", "Makes a rule, which is looked at from the next candle on");
        rules.MapGet("/{id:guid}", GetAsync).RequireRole(Roles.Viewer).Operation("getRule", "One rule");
        rules.MapPut("/{id:guid}", ReplaceAsync).RequireRole(Roles.Trader).Operation("replaceRule", "Writes a rule's next version, the whole of it");
        rules.MapDelete("/{id:guid}", DeleteAsync).RequireRole(Roles.Trader).Operation("deleteRule", "Takes a rule away; its versions stay");
        rules.MapPost("/rehearse", RehearseAsync).RequireRole(Roles.Viewer)
            .Operation("rehearseRule", "What a rule would have raised over the candles that are kept, and what followed; nothing is written");
        rules.MapGet("/{id:guid}/versions", VersionsAsync).RequireRole(Roles.Viewer)
            .Operation("listRuleVersions", "Every version of a rule, newest first, also of one that was taken away");
        rules.MapWhy();
    }

    private static async Task<Ok<Page<RuleView>>> ListAsync(TriggerDb db, RuleViews views, [AsParameters] ListQuery list, CancellationToken cancellationToken)
    {
        var rules = await views.FindAsync(db.Rules.Where(r => r.DeletedAt == null && r.Seq < list.Before), list.Take, cancellationToken);
        var shown = await views.OfAsync(rules, cancellationToken);
        return TypedResults.Ok(list.Page(rules, r => r.Rule.Seq, r => shown[r.Rule.Id]));
    }

    private static async Task<Results<Ok<RuleView>, NotFoundError>> GetAsync(TriggerDb db, RuleViews views, Guid id, CancellationToken cancellationToken) =>
        await views.FindAsync(db.Rules.Where(r => r.Id == id && r.DeletedAt == null), 1, cancellationToken) is [var rule]
            ? TypedResults.Ok(await views.OfAsync(rule, cancellationToken))
            : RestError.NotFound(id);

    private static async Task<Results<Created<RuleView>, RestError, ConflictError>> CreateAsync(
        HttpContext http, RestBody<RuleDocument> body, TriggerDb db, RuleViews views, RuleBook book, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!body.TryRead(b => RuleReader.Read(b.Fields), out var document, out var refusal))
        {
            return refusal;
        }

        if (await db.Rules.CountAsync(r => r.DeletedAt == null, cancellationToken) >= Most)
        {
            return RestError.Conflict("$", $"at most {Most} rules", "one more");
        }

        var now = time.GetUtcNow();
        var rule = new RuleRow { Id = Guid.CreateVersion7(now), Name = document.Name, Version = 1, CreatedAt = now };
        db.Rules.Add(rule);
        var written = Write(db, rule, document, http.User.Actor(), now);
        return await SaveAsync(db, rule, book, cancellationToken) is { } failure
            ? failure
            : TypedResults.Created($"/api/v1/rules/{rule.Id}", await views.OfAsync(written, cancellationToken));
    }

    /// <param name="version">The one that was read: where another is current by now, nothing is written.</param>
    private static async Task<Results<Ok<RuleView>, RestError, NotFoundError, ConflictError>> ReplaceAsync(
        HttpContext http, RestBody<RuleDocument> body, TriggerDb db, RuleViews views, RuleBook book, TimeProvider time, Guid id, [Range(1, int.MaxValue)] int? version,
        CancellationToken cancellationToken)
    {
        if (!body.TryRead(b => RuleReader.Read(b.Fields), out var document, out var refusal))
        {
            return refusal;
        }

        if (await FindAsync(db.Rules, id, cancellationToken) is not { } rule)
        {
            return RestError.NotFound(id);
        }

        if (version is { } read && read != rule.Version)
        {
            return RestError.Conflict("version", $"the current version, {rule.Version}", $"{read}");
        }

        rule.Name = document.Name;
        rule.Version++;
        var written = Write(db, rule, document, http.User.Actor(), time.GetUtcNow());
        return await SaveAsync(db, rule, book, cancellationToken) is { } failure ? failure : TypedResults.Ok(await views.OfAsync(written, cancellationToken));
    }

    private static async Task<Results<NoContent, NotFoundError, ConflictError>> DeleteAsync(
        TriggerDb db, RuleBook book, TimeProvider time, Guid id, CancellationToken cancellationToken)
    {
        if (await FindAsync(db.Rules, id, cancellationToken) is not { } rule)
        {
            return RestError.NotFound(id);
        }

        rule.DeletedAt = time.GetUtcNow();
        // Whoever writes the next version at this moment finds that it is not the next any more.
        rule.Version++;
        if (await TrySaveAsync(db, rule.Name, cancellationToken) is { } failure)
        {
            return failure;
        }

        await book.ChangedAsync();
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<Page<RuleVersionView>>, NotFoundError>> VersionsAsync(
        TriggerDb db, Guid id, [AsParameters] ListQuery list, CancellationToken cancellationToken)
    {
        if (await db.Rules.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, cancellationToken) is not { } rule)
        {
            return RestError.NotFound(id);
        }

        var rows = await db.RuleVersions.AsNoTracking().Where(v => v.RuleId == id && v.Version < list.Before)
            .OrderByDescending(v => v.Version).Take(list.Take).ToListAsync(cancellationToken);
        return TypedResults.Ok(list.Page(rows, v => v.Version, v => new RuleVersionView(v.Version, StoredRule.Read(rule.Name, v), v.Actor, v.CreatedAt)));
    }

    private static async Task<Results<Ok<RehearsalView>, RestError, ConflictError>> RehearseAsync(
        RestBody<RehearsalBody> body, TriggerDb db, MarketState market, StoredCandles candles, StormOptions storm, TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (!body.TryRead(b => RehearsalBody.Read(b.Fields, time.GetUtcNow()), out var asked, out var refusal))
        {
            return refusal;
        }

        if (market.Status is not { } status)
        {
            return RestError.Unavailable("$", "a market; it is starting");
        }

        if (!status.Symbols.Contains(asked.Symbol))
        {
            return RestError.Invalid("symbol", $"one of {string.Join(", ", status.Symbols)}", asked.Symbol);
        }

        if (KeptInterval(asked.Rule, status) is not { } interval)
        {
            // It is not false: nothing is known of it.
            return RestError.Conflict(
                "rule.interval", $"not rehearsable: candles are kept of {string.Join(", ", Interval.From(status.Shown).Select(i => i.Name))}",
                asked.Rule.Interval ?? status.RuleInterval.Name);
        }

        var armed = await db.RuleVersions.AsNoTracking()
            .Where(v => db.Set<RuleRow>().Any(r => r.Id == v.RuleId && r.Version == v.Version && r.Name == asked.Rule.Name && r.DeletedAt == null))
            .SingleOrDefaultAsync(cancellationToken);
        var other = armed is not null && StoredRule.Of(asked.Rule.Name, armed) is { Fault: null } usable ? usable.Document : null;
        // A year is half a million candles: one is enough at a time.
        await OneAtATime.WaitAsync(cancellationToken);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(RehearsalDeadline);
        try
        {
            var kept = await candles.WithinAsync(asked.Symbol, asked.From!.Value, asked.To!.Value, deadline.Token);
            var mutes = await RuleMutes.ReadAsync(db, deadline.Token);
            var (others, unrecorded) = ((IReadOnlyList<Firing>)[], (IReadOnlyList<UnrecordedClause>)[]);
            if (other is not null && KeptInterval(other, status) is { } length)
            {
                var armedRehearsal = new Rehearsal(kept, status.Shown, length);
                (others, unrecorded) = (
                    armedRehearsal.Of(other, storm, mutes.Of(other, asked.Symbol), cancellationToken: deadline.Token), Unrecorded.In(other, armedRehearsal.Candles));
            }

            var version = other is null ? null : armed?.Version;
            return TypedResults.Ok(RehearsalView.Of(new Rehearsal(kept, status.Shown, interval), asked, interval, version, (others, unrecorded), storm, mutes, deadline.Token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return RestError.Unavailable("from", $"a span that is rehearsed within {RehearsalDeadline.TotalSeconds} s");
        }
        finally
        {
            OneAtATime.Release();
        }
    }

    /// <summary>The rule's interval; null where no candles of it are kept, nor such that it can be made of.</summary>
    private static Interval? KeptInterval(RuleDocument rule, FeedStatus status) =>
        Interval.From(status.Shown).Where(i => i.Name == (rule.Interval ?? status.RuleInterval.Name)).Select(i => (Interval?)i).FirstOrDefault();

    private static Task<RuleRow?> FindAsync(IQueryable<RuleRow> rules, Guid id, CancellationToken cancellationToken) =>
        rules.SingleOrDefaultAsync(r => r.Id == id && r.DeletedAt == null, cancellationToken);

    private static CurrentRule Write(TriggerDb db, RuleRow rule, RuleDocument document, string actor, DateTimeOffset now)
    {
        var version = new RuleVersionRow { RuleId = rule.Id, Version = rule.Version, Document = RuleJson.Write(document), Actor = actor, CreatedAt = now };
        db.RuleVersions.Add(version);
        return new(rule, version);
    }

    private static async Task<ConflictError?> SaveAsync(TriggerDb db, RuleRow rule, RuleBook book, CancellationToken cancellationToken)
    {
        if (await TrySaveAsync(db, rule.Name, cancellationToken) is { } failure)
        {
            return failure;
        }

        // Whoever reads the answer may rely on it, whether or not somebody still waits for it.
        await book.ChangedAsync();
        return null;
    }

    private static async Task<ConflictError?> TrySaveAsync(TriggerDb db, string name, CancellationToken cancellationToken)
    {
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return null;
        }
        catch (DbUpdateException e) when (
            e is DbUpdateConcurrencyException || e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            // Two that write the next version at once come to the same key of the versions.
            return e.InnerException is PostgresException { ConstraintName: "ix_rules_name" }
                ? RestError.Conflict("name", "unique", name)
                : RestError.Conflict("$", "unchanged since it was read; try again", name);
        }
    }
}
