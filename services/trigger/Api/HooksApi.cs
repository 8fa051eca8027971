using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using TradingSystem.Hosting.Rest;
using TradingSystem.Trigger.Hooks;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Api;

/// <summary><c>/api/v1/hooks</c>: webhooks are data, taken as soon as they are written.</summary>
public static class HooksApi
{
    public const int Most = 200;

    public static void MapHooks(this WebApplication app)
    {
        var hooks = app.MapGroup("/api/v1/hooks").WithTags("hooks");
        hooks.MapGet("/", ListAsync).RequireRole(Roles.Viewer).Operation("listHooks", "The webhooks, newest first, without their secrets");
        hooks.MapPost("/", CreateAsync).RequireRole(Roles.Admin).Operation("createHook", "Makes a webhook; its secret is in this answer alone");
        hooks.MapGet("/{id:guid}", GetAsync).RequireRole(Roles.Viewer).Operation("getHook", "One webhook, without its secret");
        hooks.MapPut("/{id:guid}", ReplaceAsync).RequireRole(Roles.Admin).Operation("replaceHook", "Writes a webhook anew, the whole of it; its secret stays");
        hooks.MapDelete("/{id:guid}", DeleteAsync).RequireRole(Roles.Admin).Operation("deleteHook", "Takes a webhook away");
        hooks.MapPost("/{id:guid}/rotate", RotateAsync).RequireRole(Roles.Admin).Operation("rotateHook", "Gives a webhook another secret at once; it is in this answer alone");
        hooks.MapGet("/{id:guid}/deliveries", DeliveriesAsync).RequireRole(Roles.Viewer)
            .Operation("listHookDeliveries", "What came to a webhook within the last 7 days, newest first, also what was refused");
    }

    private static async Task<Ok<Page<HookView>>> ListAsync(TriggerDb db, HookArmory armory, [AsParameters] ListQuery list, CancellationToken cancellationToken)
    {
        var rows = await db.Hooks.AsNoTracking().Where(h => h.DeletedAt == null && h.Seq < list.Before)
            .OrderByDescending(h => h.Seq).Take(list.Take).ToListAsync(cancellationToken);
        var views = await ViewsAsync(db, armory, rows, cancellationToken);
        return TypedResults.Ok(list.Page(rows, h => h.Seq, h => views[h.Id]));
    }

    private static async Task<Results<Ok<HookView>, NotFoundError>> GetAsync(TriggerDb db, HookArmory armory, Guid id, CancellationToken cancellationToken) =>
        await FindAsync(db.Hooks.AsNoTracking(), id, cancellationToken) is { } hook
            ? TypedResults.Ok((await ViewsAsync(db, armory, [hook], cancellationToken))[id])
            : RestError.NotFound(id);

    private static async Task<Results<Created<IssuedHook>, RestError, ConflictError>> CreateAsync(
        HttpContext http, RestBody<HookDocument> body, TriggerDb db, HookArmory armory, HookSecrets secrets, HookBook book, TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (!body.TryRead(b => HookReader.Read(b.Fields), out var document, out var refusal))
        {
            return refusal;
        }

        if (await db.Hooks.CountAsync(h => h.DeletedAt == null, cancellationToken) >= Most)
        {
            return RestError.Conflict("$", $"at most {Most} hooks", "one more");
        }

        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        var secret = secrets.Create(id, 1, HookSecrets.Signs(document));
        var hook = new HookRow
        {
            Id = id,
            Name = document.Name,
            Version = 1,
            Document = HookJson.Write(document),
            SecretHash = HookSecrets.Hash(secret),
            SecretVersion = 1,
            Actor = http.User.Actor(),
            CreatedAt = now,
            ChangedAt = now,
        };
        db.Hooks.Add(hook);
        if (await SaveAsync(db, hook.Name, book, cancellationToken) is { } failure)
        {
            return failure;
        }

        return TypedResults.Created($"/api/v1/hooks/{id}", new IssuedHook((await ViewsAsync(db, armory, [hook], cancellationToken))[id], secret));
    }

    /// <param name="version">The one that was read: where another is current by now, nothing is written.</param>
    private static async Task<Results<Ok<HookView>, RestError, NotFoundError, ConflictError>> ReplaceAsync(
        HttpContext http, RestBody<HookDocument> body, TriggerDb db, HookArmory armory, HookBook book, TimeProvider time, Guid id,
        [Range(1, int.MaxValue)] int? version, CancellationToken cancellationToken)
    {
        if (!body.TryRead(b => HookReader.Read(b.Fields), out var document, out var refusal))
        {
            return refusal;
        }

        if (await FindAsync(db.Hooks, id, cancellationToken) is not { } hook)
        {
            return RestError.NotFound(id);
        }

        if (version is { } read && read != hook.Version)
        {
            return RestError.Conflict("version", $"the current version, {hook.Version}", $"{read}");
        }

        // What cannot be read says nothing of its secret: where that does not fit, the answer's error says so.
        if (armory.Look(hook).Document is { } before && HookSecrets.Signs(document) != HookSecrets.Signs(before))
        {
            // One secret is only known by its hash, the other is derived: the sender needs another one either way.
            return RestError.Conflict("auth.kind", "as before: hmac, or not; another needs a new hook", document.Auth.Kind);
        }

        hook.Name = document.Name;
        hook.Document = HookJson.Write(document);
        Change(hook, http, time);
        return await SaveAsync(db, hook.Name, book, cancellationToken) is { } failure
            ? failure
            : TypedResults.Ok((await ViewsAsync(db, armory, [hook], cancellationToken))[id]);
    }

    private static async Task<Results<NoContent, NotFoundError, ConflictError>> DeleteAsync(
        HttpContext http, TriggerDb db, HookBook book, TimeProvider time, Guid id, CancellationToken cancellationToken)
    {
        if (await FindAsync(db.Hooks, id, cancellationToken) is not { } hook)
        {
            return RestError.NotFound(id);
        }

        hook.DeletedAt = time.GetUtcNow();
        Change(hook, http, time);
        return await SaveAsync(db, hook.Name, book, cancellationToken) is { } failure ? failure : TypedResults.NoContent();
    }

    private static async Task<Results<Ok<IssuedHook>, NotFoundError, ConflictError>> RotateAsync(
        HttpContext http, TriggerDb db, HookArmory armory, HookSecrets secrets, HookBook book, TimeProvider time, Guid id, CancellationToken cancellationToken)
    {
        if (await FindAsync(db.Hooks, id, cancellationToken) is not { } hook)
        {
            return RestError.NotFound(id);
        }

        if (armory.Look(hook).Document is not { } document)
        {
            return RestError.Conflict("$", "a hook that this version of the service can read; write it anew first", hook.Name);
        }

        hook.SecretVersion++;
        var secret = secrets.Create(id, hook.SecretVersion, HookSecrets.Signs(document));
        hook.SecretHash = HookSecrets.Hash(secret);
        Change(hook, http, time);
        return await SaveAsync(db, hook.Name, book, cancellationToken) is { } failure
            ? failure
            : TypedResults.Ok(new IssuedHook((await ViewsAsync(db, armory, [hook], cancellationToken))[id], secret));
    }

    private static async Task<Results<Ok<Page<HookDelivery>>, NotFoundError>> DeliveriesAsync(
        TriggerDb db, DeliveryStore store, Guid id, [AsParameters] ListQuery list, CancellationToken cancellationToken)
    {
        if (!await db.Hooks.AnyAsync(h => h.Id == id, cancellationToken))
        {
            return RestError.NotFound(id);
        }

        var rows = await store.ListAsync(id, list.Before, list.Take, HookDelivery.MostBytes, cancellationToken);
        var held = await HeldBack.OfAsync(db, rows.Select(d => d.Id), cancellationToken);
        return TypedResults.Ok(list.Page(rows, d => d.Seq, d => HookDelivery.Of(d, held)));
    }

    private static void Change(HookRow hook, HttpContext http, TimeProvider time)
    {
        hook.Version++;
        hook.Actor = http.User.Actor();
        hook.ChangedAt = time.GetUtcNow();
    }

    private static Task<HookRow?> FindAsync(IQueryable<HookRow> hooks, Guid id, CancellationToken cancellationToken) =>
        hooks.SingleOrDefaultAsync(h => h.Id == id && h.DeletedAt == null, cancellationToken);

    private static async Task<ConflictError?> SaveAsync(TriggerDb db, string name, HookBook book, CancellationToken cancellationToken)
    {
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException e) when (
            e is DbUpdateConcurrencyException || e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return e.InnerException is PostgresException { ConstraintName: "ix_hooks_name" }
                ? RestError.Conflict("name", "unique", name)
                : RestError.Conflict("$", "unchanged since it was read; try again", name);
        }

        // Whoever reads the answer may rely on it, whether or not somebody still waits for it.
        await book.ChangedAsync();
        return null;
    }

    private static async Task<Dictionary<Guid, HookView>> ViewsAsync(
        TriggerDb db, HookArmory armory, IReadOnlyList<HookRow> hooks, CancellationToken cancellationToken)
    {
        var ids = hooks.Select(h => h.Id).ToList();
        var last = await db.HookDeliveries.AsNoTracking().Where(d => ids.Contains(d.HookId) && d.Event != null && (d.Outcome == null || d.Outcome == DeliveryOutcomes.Published))
            .GroupBy(d => d.HookId).Select(g => new { g.Key, At = g.Max(d => d.ReceivedAt) }).ToDictionaryAsync(g => g.Key, g => g.At, cancellationToken);
        return hooks.ToDictionary(h => h.Id, h => HookView.Of(h, armory, last.TryGetValue(h.Id, out var at) ? at : null));
    }
}
