using System.Reflection;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Diary.Settings;
using TradingSystem.Diary.Storage;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Diary.Activity;

/// <summary><c>GET /state</c>: the system's and each group's status, one of active, idle, paused.</summary>
public sealed record SystemState([property: Words(typeof(StateEndpoints), nameof(StateEndpoints.Statuses))] string Status, IReadOnlyList<GroupState> Groups);

/// <summary>
/// A group's status: active within five minutes of its last activity (<c>DIARY__ACTIVEWINDOW</c>), idle after them, paused while it is switched off.
/// </summary>
public sealed record GroupState(Guid Id, string Name, [property: Words(typeof(StateEndpoints), nameof(StateEndpoints.Statuses))] string Status, DateTimeOffset? LastActivityAt);

/// <summary><c>GET /meta</c>: the settings a viewer may know.</summary>
/// <param name="Name">The system's name.</param>
/// <param name="Version">The system's version.</param>
/// <param name="RiskProfile">By group name: what the group trades with.</param>
/// <param name="TrackedAssets">The symbols that groups trade.</param>
/// <param name="StartedAt">When this process started, RFC 3339.</param>
public sealed record SystemMeta(string Name, string Version, IReadOnlyDictionary<string, GroupRisk> RiskProfile, IReadOnlyList<string> TrackedAssets, DateTimeOffset StartedAt);

/// <summary>Margin in USDT for each position.</summary>
public sealed record GroupRisk(string Symbol, string Interval, decimal Leverage, decimal MarginUsdt, string PositionMode, bool Active);

public static class StateEndpoints
{
    public static readonly string[] Statuses = ["active", "idle", "paused"];

    public static void MapState(this IEndpointRouteBuilder routes)
    {
        var started = routes.ServiceProvider.GetRequiredService<TimeProvider>().GetUtcNow();
        routes.MapGet("/state", GetStateAsync).RequireRole(Roles.Viewer).WithTags("diary").Operation("getState", "Whether the system and each group is active, idle or paused");
        routes.MapGet("/meta", (DiaryDb db, CancellationToken cancellationToken) => GetMetaAsync(db, started, cancellationToken))
            .RequireRole(Roles.Viewer).WithTags("diary").Operation("getMeta", "The settings that a viewer may know");
    }

    /// <summary>Active within the window, idle after it; paused when the group is switched off.</summary>
    public static string StatusOf(bool active, DateTimeOffset? lastActivityAt, DateTimeOffset now, TimeSpan window) =>
        !active ? "paused" : lastActivityAt is { } at && now - at <= window ? "active" : "idle";

    /// <summary>Active when any group is; paused when there are groups and all are.</summary>
    public static string Combine(IReadOnlyCollection<string> groups) =>
        groups.Contains("active") ? "active" : groups.Count > 0 && groups.All(s => s == "paused") ? "paused" : "idle";

    private static async Task<SystemState> GetStateAsync(DiaryDb db, TimeProvider time, DiaryOptions options, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var rows = await db.Groups.AsNoTracking().OrderBy(g => g.Name)
            .Select(g => new { g.Id, g.Name, g.Active, g.LastActivityAt }).ToListAsync(cancellationToken);
        var groups = rows.ConvertAll(g => new GroupState(g.Id, g.Name, StatusOf(g.Active, g.LastActivityAt, now, options.ActiveWindow), g.LastActivityAt));
        return new(Combine(groups.ConvertAll(g => g.Status)), groups);
    }

    private static async Task<SystemMeta> GetMetaAsync(DiaryDb db, DateTimeOffset started, CancellationToken cancellationToken)
    {
        var groups = await db.Groups.AsNoTracking().OrderBy(g => g.Name).ToListAsync(cancellationToken);
        var version = typeof(StateEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";
        var risk = new Dictionary<string, GroupRisk>();
        foreach (var g in groups)
        {
            risk[g.Name] = new(g.Symbol, g.Interval, g.Leverage, g.MarginUsdt, g.PositionMode, g.Active);
        }

        return new("trading-system", version, risk, [.. groups.Select(g => g.Symbol).Distinct().Order(StringComparer.Ordinal)], started);
    }
}
