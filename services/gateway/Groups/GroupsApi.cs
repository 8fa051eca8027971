using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Gateway.Leases;
using TradingSystem.Gateway.Storage;
using TradingSystem.Gateway.Tokens;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Gateway.Groups;

/// <summary>A trading group as REST shows it.</summary>
public sealed record GroupView(
    Guid Id,
    string Name,
    string Market,
    string Symbol,
    string Interval,
    decimal Leverage,
    decimal MarginUsdt,
    [property: Words(typeof(GroupChange), nameof(GroupChange.PositionModes))] string PositionMode,
    bool Active,
    bool Hosted,
    IReadOnlyList<MemberView> Members,
    bool Connected,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt);

/// <summary>Who discusses in a group.</summary>
/// <param name="Role">Its part in the discussion, such as group_leader.</param>
public sealed record MemberView(Guid Id, string Name, string Role, string Provider, string Model, string SystemPrompt);

/// <summary><c>/api/v1/groups</c>.</summary>
public static class GroupsApi
{
    public static void MapGroups(this WebApplication app)
    {
        var groups = app.MapGroup("/api/v1/groups").WithTags("groups");
        groups.MapGet("/", ListAsync).RequireRole(Roles.Viewer).AllowGroup().Operation("listGroups", "The trading groups, newest first");
        groups.MapPost("/", CreateAsync).RequireRole(Roles.Admin).Operation("createGroup", "Makes a trading group, on a simulated account of its own");
        groups.MapGet("/{id:guid}", GetAsync).RequireRole(Roles.Viewer).AllowGroup().Operation("getGroup", "One trading group");
        groups.MapPatch("/{id:guid}", ChangeAsync).RequireRole(Roles.Admin).Operation("changeGroup", "Changes what is given of a trading group");
        groups.MapTokens(OwnerKinds.Group, "Group", (db, id, ct) => db.Groups.AnyAsync(g => g.Id == id, ct));
    }

    private static async Task<Results<Ok<Page<GroupView>>, RestError>> ListAsync(
        GatewayDb db, OpenSessions sessions, GroupScope scope, [AsParameters] ListQuery list, CancellationToken cancellationToken)
    {
        Guid? only = null;
        if (scope.Narrow(ref only) is { } refusal)
        {
            return refusal;
        }

        var rows = await db.Groups.AsNoTracking().Include(g => g.Members)
            .Where(g => g.Seq < list.Before && (only == null || g.Id == only))
            .OrderByDescending(g => g.Seq).Take(list.Take).ToListAsync(cancellationToken);
        var open = await sessions.OfAsync([.. rows.Select(g => g.Id)], cancellationToken);
        return TypedResults.Ok(list.Page(rows, g => g.Seq, g => View(g, open)));
    }

    private static async Task<Results<Ok<GroupView>, NotFoundError>> GetAsync(
        GatewayDb db, OpenSessions sessions, GroupScope scope, Guid id, CancellationToken cancellationToken) =>
        scope.Covers(id) && await db.Groups.AsNoTracking().Include(g => g.Members).SingleOrDefaultAsync(g => g.Id == id, cancellationToken) is { } group
            ? TypedResults.Ok(View(group, await sessions.OfAsync([id], cancellationToken)))
            : RestError.NotFound(id);

    private static async Task<Results<Created<GroupView>, RestError, ConflictError>> CreateAsync(
        RestBody<GroupChange> body, GatewayDb db, OpenSessions sessions, GroupAnnouncer announcer, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!body.TryRead(b => GroupChange.Read(b.Fields, isNew: true), out var change, out var refusal))
        {
            return refusal;
        }

        var now = time.GetUtcNow();
        var group = new GroupRow
        {
            Id = Guid.CreateVersion7(now),
            Name = change.Name!,
            Market = "crypto",
            Symbol = change.Symbol!,
            Interval = "15m",
            Leverage = 10,
            MarginUsdt = 100,
            PositionMode = "oneway",
            Active = true,
            Hosted = false,
            Version = 1,
            CreatedAt = now,
            UpdatedAt = now,
        };
        change.ApplyTo(group);
        group.Members.AddRange(Members(group.Id, change, now));
        db.Groups.Add(group);
        return await FinishAsync(db, group, announcer, cancellationToken) is { } failure
            ? failure
            : TypedResults.Created($"/api/v1/groups/{group.Id}", View(group, await sessions.BehindChangeAsync(group.Id, cancellationToken)));
    }

    private static async Task<Results<Ok<GroupView>, RestError, NotFoundError, ConflictError>> ChangeAsync(
        RestBody<GroupChange> body, GatewayDb db, OpenSessions sessions, GroupAnnouncer announcer, TimeProvider time, Guid id,
        CancellationToken cancellationToken)
    {
        if (!body.TryRead(b => GroupChange.Read(b.Fields, isNew: false), out var change, out var refusal))
        {
            return refusal;
        }

        if (await db.Groups.Include(g => g.Members).SingleOrDefaultAsync(g => g.Id == id, cancellationToken) is not { } group)
        {
            return RestError.NotFound(id);
        }

        if (change.PositionMode is { } mode && group.AccountId is not null && mode != group.PositionMode)
        {
            return RestError.Invalid(
                "position_mode",
                $"{group.PositionMode}, as the account that trades for the group has it: change it there, or bind the group to another account",
                mode);
        }

        change.ApplyTo(group);
        group.Version++;
        group.UpdatedAt = time.GetUtcNow();
        if (change.Members is not null)
        {
            var members = Members(id, change, group.UpdatedAt).ToList();
            db.Members.RemoveRange(group.Members);
            group.Members.Clear();
            db.Members.AddRange(members);
        }

        return await FinishAsync(db, group, announcer, cancellationToken) is { } failure
            ? failure
            : TypedResults.Ok(View(group, await sessions.BehindChangeAsync(id, cancellationToken)));
    }

    private static async Task<ConflictError?> FinishAsync(GatewayDb db, GroupRow group, GroupAnnouncer announcer, CancellationToken cancellationToken)
    {
        var failure = await db.TrySaveAsync(group.Name, cancellationToken);
        if (failure is null)
        {
            await announcer.AnnounceAsync(GroupDirectory.Config(group));
        }

        return failure;
    }

    private static IEnumerable<MemberRow> Members(Guid groupId, GroupChange change, DateTimeOffset now) =>
        (change.Members ?? []).Select((m, position) => new MemberRow
        {
            Id = Guid.CreateVersion7(now),
            GroupId = groupId,
            Position = position,
            Name = m.Name,
            Role = m.Role,
            Provider = m.Provider,
            Model = m.Model,
            SystemPrompt = m.SystemPrompt,
        });

    private static GroupView View(GroupRow g, IReadOnlySet<Guid> open) => new(
        g.Id,
        g.Name,
        g.Market,
        g.Symbol,
        g.Interval,
        g.Leverage,
        g.MarginUsdt,
        g.PositionMode,
        g.Active,
        g.Hosted,
        [.. g.Members.OrderBy(m => m.Position).Select(m => new MemberView(m.Id, m.Name, m.Role, m.Provider, m.Model, m.SystemPrompt))],
        open.Contains(g.Id),
        g.CreatedAt,
        g.UpdatedAt);
}
