using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Settings;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Controls;

/// <summary>The limits of one scope.</summary>
/// <param name="Version">What a change may name, so that it changes what was read.</param>
/// <param name="Limits">Those that were set for it; null where they cannot be read (then nothing is traded).</param>
/// <param name="Effective">Those in force for a group, or for one without limits of its own; null where some cannot be read.</param>
public sealed record LimitsView(
    [property: Words(typeof(ControlWords), nameof(ControlWords.Scopes))] string Scope, Guid? ScopeId, long Version, LimitsBody? Limits,
    LimitsBody? Effective);

/// <summary><c>/api/v1/risk/limits</c>: of the system, of an account, of a group. The strictest of all counts.</summary>
public static class RiskApi
{
    private static readonly JsonSerializerOptions Snake = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static void MapRisk(this WebApplication app)
    {
        var limits = app.MapGroup("/api/v1/risk/limits").WithTags("execution");
        Map(
            limits, "/", "System", "the system", Roles.Admin,
            (ExecutionDb db, ExecutionOptions options, CancellationToken cancellationToken) => GetAsync(db, options, ControlScope.System, cancellationToken),
            (HttpContext http, RestBody<LimitsChange> body, ExecutionDb db, ExecutionOptions options, ControlChanges changes, CancellationToken cancellationToken) =>
                PutAsync(http, body, db, options, changes, ControlScope.System, cancellationToken));
        // The strictest of all counts: a trader, who sets a group's own, cannot go beyond what an admin gives the account and the system.
        Map(limits, ControlWords.Account, "Account", "an account", Roles.Admin);
        Map(limits, ControlWords.Group, "Group", "a group", Roles.Trader);
    }

    private static void Map(RouteGroupBuilder limits, string scope, string name, string words, string role) => Map(
        limits, $"/{scope}/{{id:guid}}", name, words, role,
        (ExecutionDb db, ExecutionOptions options, Guid id, CancellationToken cancellationToken) => GetAsync(db, options, new(scope, id), cancellationToken),
        (HttpContext http, RestBody<LimitsChange> body, ExecutionDb db, ExecutionOptions options, ControlChanges changes, Guid id, CancellationToken cancellationToken) =>
            PutAsync(http, body, db, options, changes, new(scope, id), cancellationToken));

    private static void Map(RouteGroupBuilder limits, string route, string name, string words, string role, Delegate get, Delegate put)
    {
        limits.MapGet(route, get).RequireRole(Roles.Viewer).Operation($"get{name}Limits", $"The risk limits of {words}");
        limits.MapPut(route, put).RequireRole(role).Operation($"set{name}Limits", $"Sets the risk limits of {words}, all of them");
    }

    private static async Task<Results<Ok<LimitsView>, NotFoundError>> GetAsync(ExecutionDb db, ExecutionOptions options, ControlScope scope, CancellationToken cancellationToken) =>
        await ControlsApi.MissingAsync(db, scope, cancellationToken) is { } missing ? missing : TypedResults.Ok(await ViewAsync(db, options, scope, cancellationToken));

    /// <summary>The whole set: what is not in it is no longer limited here.</summary>
    private static async Task<Results<Ok<LimitsView>, RestError, NotFoundError, ConflictError>> PutAsync(
        HttpContext http, RestBody<LimitsChange> body, ExecutionDb db, ExecutionOptions options, ControlChanges changes, ControlScope scope, CancellationToken cancellationToken)
    {
        if (!body.TryRead(Read, out var asked, out var refusal))
        {
            return refusal;
        }

        if (await ControlsApi.MissingAsync(db, scope, cancellationToken) is { } missing)
        {
            return missing;
        }

        return await changes.SetLimitsAsync(new(scope, http.User.Actor(), asked.Reason), asked.Limits!, asked.Version, CancellationToken.None) is null
            ? RestError.Conflict("version", "the version that was read", $"{asked.Version}")
            : TypedResults.Ok(await ViewAsync(db, options, scope, cancellationToken));
    }

    private static (RiskLimits? Limits, int? Version, string? Reason) Read(RestBody<LimitsChange> body)
    {
        var version = body.Fields.Whole("version", 0, int.MaxValue);
        var reason = body.Fields.Reason(required: false);
        return (RiskLimitsJson.Read(body.Json, "", body.Faults, "version", "reason"), version, reason);
    }

    private static async Task<LimitsView> ViewAsync(ExecutionDb db, ExecutionOptions options, ControlScope scope, CancellationToken cancellationToken)
    {
        var account = scope.Scope switch
        {
            ControlWords.Account => scope.Id,
            ControlWords.Group => await db.Bindings.AsNoTracking().Where(b => b.GroupId == scope.Id).Select(b => b.AccountId).SingleAsync(cancellationToken),
            _ => Guid.Empty,
        };
        Guid[] ids = [Guid.Empty, account, scope.Id];
        var rows = await db.Controls.AsNoTracking().Where(c => ids.Contains(c.ScopeId)).ToListAsync(cancellationToken);
        var own = rows.Find(r => r.ScopeId == scope.Id);
        var gate = new Gate(account, options, [.. rows]);
        return new(
            scope.Scope,
            scope.Scope == ControlWords.System ? null : scope.Id,
            own?.LimitsVersion ?? 0,
            RiskLimitsJson.Parse(own?.Limits) is { } limits ? Body(limits) : null,
            gate.LimitsAreReadable ? Body(gate.Limits.AsLimits()) : null);
    }

    private static LimitsBody Body(RiskLimits limits) => JsonSerializer.Deserialize<LimitsBody>(RiskLimitsJson.Write(limits), Snake)!;
}
