using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using TradingSystem.Hosting.Outages;
using TradingSystem.Hosting.Rest;
using TradingSystem.Trigger.Blackouts;
using TradingSystem.Trigger.Storage;
using TradingSystem.Trigger.Storm;

namespace TradingSystem.Trigger.Api;

/// <summary><c>/api/v1/blackouts</c>: times in which events wake nobody, and entries are held where that is asked for.</summary>
public static class BlackoutsApi
{
    public const int Most = 200;

    /// <summary>Whoever changed one is answered by then, whether or not the bus has it.</summary>
    private static readonly TimeSpan Promptly = TimeSpan.FromSeconds(2);

    public static void MapBlackouts(this WebApplication app)
    {
        var blackouts = app.MapGroup("/api/v1/blackouts").WithTags("blackouts");
        blackouts.MapGet("/", ListAsync).RequireRole(Roles.Viewer).Operation("listBlackouts", "The blackouts, newest first");
        blackouts.MapPost("/", CreateAsync).RequireRole(Roles.Trader).Operation("createBlackout", "Makes a blackout, which is on at once where it is its time");
        blackouts.MapGet("/{id:guid}", GetAsync).RequireRole(Roles.Viewer).Operation("getBlackout", "One blackout");
        blackouts.MapPut("/{id:guid}", ReplaceAsync).RequireRole(Roles.Trader).Operation("replaceBlackout", "Writes a blackout anew, the whole of it");
        blackouts.MapDelete("/{id:guid}", DeleteAsync).RequireRole(Roles.Trader).Operation("deleteBlackout", "Takes a blackout away, which ends it");
    }

    private static async Task<Ok<Page<BlackoutView>>> ListAsync(TriggerDb db, TimeProvider time, [AsParameters] ListQuery list, CancellationToken cancellationToken)
    {
        var rows = await db.Blackouts.AsNoTracking().Where(b => b.DeletedAt == null && b.Seq < list.Before)
            .OrderByDescending(b => b.Seq).Take(list.Take).ToListAsync(cancellationToken);
        var view = await ViewAsync(db, time, cancellationToken);
        return TypedResults.Ok(list.Page(rows, b => b.Seq, view));
    }

    private static async Task<Results<Ok<BlackoutView>, NotFoundError>> GetAsync(TriggerDb db, TimeProvider time, Guid id, CancellationToken cancellationToken) =>
        await FindAsync(db.Blackouts.AsNoTracking(), id, cancellationToken) is { } row
            ? TypedResults.Ok((await ViewAsync(db, time, cancellationToken))(row))
            : RestError.NotFound(id);

    private static async Task<Results<Created<BlackoutView>, RestError, ConflictError>> CreateAsync(
        HttpContext http, RestBody<BlackoutDocument> body, TriggerDb db, BlackoutTeller teller, TimeProvider time, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (!body.TryRead(b => BlackoutReader.Read(b.Fields, now), out var document, out var refusal))
        {
            return refusal;
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var revision = await BeginAsync(db, http, now, cancellationToken);
        if (await db.Blackouts.CountAsync(b => b.DeletedAt == null && (b.OverAt == null || b.OverAt > now), cancellationToken) >= Most)
        {
            return RestError.Conflict("$", $"at most {Most} blackouts that are not over", "one more");
        }

        var row = new BlackoutRow { Id = Guid.CreateVersion7(now), Name = document.Name, Version = 0, Document = "", CreatedAt = now };
        Write(row, document);
        db.Blackouts.Add(row);
        return await SaveAsync(db, transaction, teller, row, new(http.User.Actor(), "made", revision, now)) is { } failure
            ? failure
            : TypedResults.Created($"/api/v1/blackouts/{row.Id}", (await ViewAsync(db, time, cancellationToken))(row));
    }

    /// <param name="version">The one that was read: where another is current by now, nothing is written.</param>
    private static async Task<Results<Ok<BlackoutView>, RestError, NotFoundError, ConflictError>> ReplaceAsync(
        HttpContext http, RestBody<BlackoutDocument> body, TriggerDb db, BlackoutTeller teller, TimeProvider time, Guid id, [Range(1, int.MaxValue)] int? version,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (!body.TryRead(b => BlackoutReader.Read(b.Fields, now), out var document, out var refusal))
        {
            return refusal;
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var revision = await BeginAsync(db, http, now, cancellationToken);
        if (await FindAsync(db.Blackouts, id, cancellationToken) is not { } row)
        {
            return RestError.NotFound(id);
        }

        if (version is { } read && read != row.Version)
        {
            return RestError.Conflict("version", $"the current version, {row.Version}", $"{read}");
        }

        Write(row, document);
        return await SaveAsync(db, transaction, teller, row, new(http.User.Actor(), "changed", revision, now)) is { } failure
            ? failure
            : TypedResults.Ok((await ViewAsync(db, time, cancellationToken))(row));
    }

    /// <param name="version">The one that was read: where another is current by now, nothing is taken away.</param>
    private static async Task<Results<NoContent, NotFoundError, ConflictError>> DeleteAsync(
        HttpContext http, TriggerDb db, BlackoutTeller teller, TimeProvider time, Guid id, [Range(1, int.MaxValue)] int? version, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var revision = await BeginAsync(db, http, now, cancellationToken);
        if (await FindAsync(db.Blackouts, id, cancellationToken) is not { } row)
        {
            return RestError.NotFound(id);
        }

        if (version is { } read && read != row.Version)
        {
            return RestError.Conflict("version", $"the current version, {row.Version}", $"{read}");
        }

        row.DeletedAt = now;
        return await SaveAsync(db, transaction, teller, row, new(http.User.Actor(), "taken away", revision, now)) is { } failure ? failure : TypedResults.NoContent();
    }

    /// <summary>The list's next revision. Whoever changes a blackout goes on when this is committed or given up.</summary>
    private static async Task<long> BeginAsync(TriggerDb db, HttpContext http, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // A node that is frozen with the list in its hand keeps the others no longer than this.
        await db.Database.ExecuteSqlAsync($"set local idle_in_transaction_session_timeout = '5s'", cancellationToken);
        var revision = await BlackoutTeller.NextRevisionAsync(db, now, cancellationToken);
        await db.BlackoutList.ExecuteUpdateAsync(l => l.SetProperty(r => r.ChangedBy, http.User.Actor()).SetProperty(r => r.ChangedAt, now), cancellationToken);
        return revision;
    }

    private static void Write(BlackoutRow row, BlackoutDocument document) =>
        (row.Name, row.Document, row.OverAt) = (document.Name, BlackoutJson.Write(document), document.Until);

    /// <summary>Writes it with who did it, and has execution and the log told of it; what is not told by now the next round tells.</summary>
    private static async Task<ConflictError?> SaveAsync(TriggerDb db, IDbContextTransaction transaction, BlackoutTeller teller, BlackoutRow row, Change change)
    {
        (row.Actor, row.ChangedAt, row.Revision) = (change.Actor, change.At, change.Revision);
        row.Version++;
        db.BlackoutChanges.Add(new()
        {
            BlackoutId = row.Id,
            Version = row.Version,
            Name = row.Name,
            What = change.What,
            Document = row.Document,
            Actor = change.Actor,
            CreatedAt = change.At,
        });
        try
        {
            await db.SaveChangesAsync(CancellationToken.None);
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return RestError.Conflict("name", "unique", row.Name);
        }

        await transaction.CommitAsync(CancellationToken.None);
        using var deadline = new CancellationTokenSource(Promptly);
        try
        {
            await teller.TellAsync(anew: false, deadline.Token);
        }
        catch (Exception e) when (e is OperationCanceledException || Outage.IsOutage(e))
        {
            // The rounds say so as well, for as long as it is so.
        }

        return null;
    }

    private static Task<BlackoutRow?> FindAsync(IQueryable<BlackoutRow> rows, Guid id, CancellationToken cancellationToken) =>
        rows.SingleOrDefaultAsync(b => b.Id == id && b.DeletedAt == null, cancellationToken);

    private static async Task<Func<BlackoutRow, BlackoutView>> ViewAsync(TriggerDb db, TimeProvider time, CancellationToken cancellationToken)
    {
        var told = await db.BlackoutList.AsNoTracking().Select(l => l.ToldRevision).SingleAsync(cancellationToken);
        var groups = await TargetedGroups.ActiveAsync(db, cancellationToken);
        var now = time.GetUtcNow();
        return row => BlackoutView.Of(row, groups, told, now);
    }

    /// <param name="What">made, changed, taken away.</param>
    private sealed record Change(string Actor, string What, long Revision, DateTimeOffset At);
}
