using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Gateway.Storage;
using TradingSystem.Gateway.Tokens;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Gateway.Triggers;

/// <summary>Body of POST, which needs <c>Name</c>, and PATCH, which changes what is given.</summary>
/// <param name="Name">Letters, digits and _.- only, beginning with a letter or digit; at most 100, and unique.</param>
/// <param name="ProviderName">Who runs what raises the events; at most 100 characters.</param>
/// <param name="ModelName">What raises the events; at most 200 characters.</param>
/// <param name="Active">Whether its events are taken; true where it is left out of POST.</param>
[BodyTerms(MaxBytes = 512 * 1024)]
[NoNulls]
public sealed partial record TriggerChange(string? Name = null, string? ProviderName = null, string? ModelName = null, bool? Active = null)
{
    public static TriggerChange Read(FieldReader fields, bool isNew)
    {
        var name = fields.Line("name", 100, 1, isNew);
        if (name is not null && !Label().IsMatch(name))
        {
            fields.Fail("name", "letters, digits and _.- only, beginning with a letter or digit", name);
        }

        return new(name, fields.Text("provider_name", 100), fields.Text("model_name", 200), fields.Flag("active"));
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9_.\-]*\z")]
    private static partial Regex Label();
}

/// <summary><c>/api/v1/triggers</c>.</summary>
public static class TriggersApi
{
    public static void MapTriggers(this WebApplication app)
    {
        var triggers = app.MapGroup("/api/v1/triggers").WithTags("triggers");
        triggers.MapGet("/", ListAsync).RequireRole(Roles.Viewer).Operation("listTriggers", "The triggers, newest first");
        triggers.MapPost("/", CreateAsync).RequireRole(Roles.Admin).Operation("createTrigger", "Makes a trigger; it needs a token to connect");
        triggers.MapGet("/{id:guid}", GetAsync).RequireRole(Roles.Viewer).Operation("getTrigger", "One trigger");
        triggers.MapPatch("/{id:guid}", ChangeAsync).RequireRole(Roles.Admin).Operation("changeTrigger", "Changes what is given of a trigger");
        triggers.MapTokens(OwnerKinds.Trigger, "Trigger", (db, id, ct) => db.Triggers.AnyAsync(t => t.Id == id, ct));
    }

    private static async Task<Ok<Page<TriggerView>>> ListAsync(
        GatewayDb db, TriggerViews views, [AsParameters] ListQuery list, CancellationToken cancellationToken)
    {
        var rows = await db.Triggers.AsNoTracking()
            .Where(t => t.Seq < list.Before)
            .OrderByDescending(t => t.Seq).Take(list.Take).ToListAsync(cancellationToken);
        var shown = await views.OfAsync(rows, cancellationToken);
        return TypedResults.Ok(list.Page(rows, t => t.Seq, t => shown[t.Id]));
    }

    private static async Task<Results<Ok<TriggerView>, NotFoundError>> GetAsync(
        GatewayDb db, TriggerViews views, Guid id, CancellationToken cancellationToken) =>
        await db.Triggers.AsNoTracking().SingleOrDefaultAsync(t => t.Id == id, cancellationToken) is { } trigger
            ? TypedResults.Ok(await views.OfAsync(trigger, cancellationToken))
            : RestError.NotFound(id);

    private static async Task<Results<Created<TriggerView>, RestError, ConflictError>> CreateAsync(
        RestBody<TriggerChange> body, GatewayDb db, TriggerViews views, GroupDirectory directory, TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (!body.TryRead(b => TriggerChange.Read(b.Fields, isNew: true), out var change, out var refusal))
        {
            return refusal;
        }

        var now = time.GetUtcNow();
        var trigger = new TriggerRow
        {
            Id = Guid.CreateVersion7(now),
            Name = change.Name!,
            ProviderName = change.ProviderName ?? "",
            ModelName = change.ModelName ?? "",
            Active = change.Active ?? true,
            CreatedAt = now,
            UpdatedAt = now,
        };
        db.Triggers.Add(trigger);
        if (await db.TrySaveAsync(trigger.Name, cancellationToken) is { } failure)
        {
            return failure;
        }

        directory.Put(trigger);
        return TypedResults.Created($"/api/v1/triggers/{trigger.Id}", await views.BehindChangeAsync(trigger, cancellationToken));
    }

    private static async Task<Results<Ok<TriggerView>, RestError, NotFoundError, ConflictError>> ChangeAsync(
        RestBody<TriggerChange> body, GatewayDb db, TriggerViews views, GroupDirectory directory,
        TriggerAnnouncer announcer, TimeProvider time, Guid id, CancellationToken cancellationToken)
    {
        if (!body.TryRead(b => TriggerChange.Read(b.Fields, isNew: false), out var change, out var refusal))
        {
            return refusal;
        }

        if (await db.Triggers.SingleOrDefaultAsync(t => t.Id == id, cancellationToken) is not { } trigger)
        {
            return RestError.NotFound(id);
        }

        trigger.Name = change.Name ?? trigger.Name;
        trigger.ProviderName = change.ProviderName ?? trigger.ProviderName;
        trigger.ModelName = change.ModelName ?? trigger.ModelName;
        trigger.Active = change.Active ?? trigger.Active;
        // Later than the change before, also where that was made by a clock ahead of this one.
        var (now, next) = (time.GetUtcNow(), trigger.UpdatedAt.AddMicroseconds(1));
        trigger.UpdatedAt = now > next ? now : next;
        if (await db.TrySaveAsync(trigger.Name, cancellationToken) is { } failure)
        {
            return failure;
        }

        directory.Put(trigger);
        await announcer.AnnounceAsync(trigger.Id);
        return TypedResults.Ok(await views.BehindChangeAsync(trigger, cancellationToken));
    }
}
