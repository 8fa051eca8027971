using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Gateway.Api;
using TradingSystem.Gateway.Connections;
using TradingSystem.Gateway.Groups;
using TradingSystem.Gateway.Storage;
using TradingSystem.Gateway.Tokens;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Gateway.Triggers;

/// <summary>A trigger as REST shows it.</summary>
public sealed record TriggerView(Guid Id, string Name, string ProviderName, string ModelName, bool Active, bool Connected, DateTimeOffset? LastSeenAt, DateTimeOffset CreatedAt);

/// <summary>Body of POST, which needs <c>Name</c>, and PATCH, which changes what is given.</summary>
/// <param name="Name">Letters, digits and _.- only, beginning with a letter or digit; at most 100, and unique.</param>
/// <param name="ProviderName">Who runs what raises the events; at most 100 characters.</param>
/// <param name="ModelName">What raises the events; at most 200 characters.</param>
/// <param name="Active">Whether its events are taken; true where it is left out of POST.</param>
[NoNulls]
public sealed partial record TriggerChange(string? Name = null, string? ProviderName = null, string? ModelName = null, bool? Active = null)
{
    public static readonly string[] Fields = BodyShape.FieldsOf<TriggerChange>();

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
        triggers.MapGet("/", ListAsync).RequireRole(Roles.Viewer).Operation("listTriggers", "The triggers, newest first").Produces<Page<TriggerView>>();
        triggers.MapPost("/", CreateAsync).RequireRole(Roles.Admin).Operation("createTrigger", "Makes a trigger; it needs a token to connect")
            .Accepts<TriggerChange>("application/json").Produces<TriggerView>(201).Produces<ApiError>(409);
        triggers.MapGet("/{id:guid}", GetAsync).RequireRole(Roles.Viewer).Operation("getTrigger", "One trigger").Produces<TriggerView>().Produces<ApiError>(404);
        triggers.MapPatch("/{id:guid}", ChangeAsync).RequireRole(Roles.Admin).Operation("changeTrigger", "Changes what is given of a trigger")
            .Accepts<TriggerChange>("application/json").Produces<TriggerView>().Produces<ApiError>(404).Produces<ApiError>(409);
        triggers.MapTokens(OwnerKinds.Trigger, "Trigger", (db, id, ct) => db.Triggers.AnyAsync(t => t.Id == id, ct));
    }

    private static async Task<IResult> ListAsync(GatewayDb db, SessionRegistry sessions, TriggerPresence presence, string? limit, string? cursor, CancellationToken cancellationToken)
    {
        var (take, before, wrong) = ListQuery.Read(limit, cursor);
        if (wrong is not null)
        {
            return wrong;
        }

        var rows = await db.Triggers.AsNoTracking()
            .Where(t => t.Seq < before)
            .OrderByDescending(t => t.Seq).Take(take + 1).ToListAsync(cancellationToken);
        return TypedResults.Ok(Paging.Cut(rows, take, t => t.Seq, t => View(t, sessions, presence)));
    }

    private static async Task<IResult> GetAsync(GatewayDb db, SessionRegistry sessions, TriggerPresence presence, Guid id, CancellationToken cancellationToken) =>
        await db.Triggers.AsNoTracking().SingleOrDefaultAsync(t => t.Id == id, cancellationToken) is { } trigger
            ? TypedResults.Ok(View(trigger, sessions, presence))
            : ApiErrors.NotFound(id);

    private static async Task<IResult> CreateAsync(HttpRequest request, GatewayDb db, SessionRegistry sessions, TriggerPresence presence, GroupDirectory directory, TimeProvider time, CancellationToken cancellationToken)
    {
        var (change, error) = await RequestBody.ReadAsync(request, TriggerChange.Fields, fields => TriggerChange.Read(fields, isNew: true), cancellationToken);
        if (change is null)
        {
            return error!;
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
        if (await ApiErrors.SaveAsync(db, trigger.Name, cancellationToken) is { } failure)
        {
            return failure;
        }

        directory.Put(trigger);
        return TypedResults.Created($"/api/v1/triggers/{trigger.Id}", View(trigger, sessions, presence));
    }

    private static async Task<IResult> ChangeAsync(HttpRequest request, GatewayDb db, SessionRegistry sessions, TriggerPresence presence, GroupDirectory directory, TimeProvider time, Guid id, CancellationToken cancellationToken)
    {
        var (change, error) = await RequestBody.ReadAsync(request, TriggerChange.Fields, fields => TriggerChange.Read(fields, isNew: false), cancellationToken);
        if (change is null)
        {
            return error!;
        }

        if (await db.Triggers.SingleOrDefaultAsync(t => t.Id == id, cancellationToken) is not { } trigger)
        {
            return ApiErrors.NotFound(id);
        }

        trigger.Name = change.Name ?? trigger.Name;
        trigger.ProviderName = change.ProviderName ?? trigger.ProviderName;
        trigger.ModelName = change.ModelName ?? trigger.ModelName;
        trigger.Active = change.Active ?? trigger.Active;
        trigger.UpdatedAt = time.GetUtcNow();
        if (await ApiErrors.SaveAsync(db, trigger.Name, cancellationToken) is { } failure)
        {
            return failure;
        }

        directory.Put(trigger);
        return TypedResults.Ok(View(trigger, sessions, presence));
    }

    private static TriggerView View(TriggerRow t, SessionRegistry sessions, TriggerPresence presence) =>
        new(t.Id, t.Name, t.ProviderName, t.ModelName, t.Active, sessions.Count(t.Id) > 0, presence.LastSeen(t.Id) ?? t.LastSeenAt, t.CreatedAt);
}
