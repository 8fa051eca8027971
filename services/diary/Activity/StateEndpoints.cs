using System.Reflection;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Diary.Storage;

namespace TradingSystem.Diary.Activity;

/// <summary><c>GET /state</c>: the system's and each group's status, one of active, idle, paused.</summary>
public sealed record SystemState(string Status, IReadOnlyList<GroupState> Groups);

public sealed record GroupState(Guid Id, string Name, string Status, DateTimeOffset? LastActivityAt);

/// <summary><c>GET /meta</c>: the settings a viewer may know. <c>RiskProfile</c> is keyed by group name.</summary>
public sealed record SystemMeta(string Name, string Version, IReadOnlyDictionary<string, GroupRisk> RiskProfile, IReadOnlyList<string> TrackedAssets, DateTimeOffset StartedAt);

/// <summary>Margin in USDT for each position.</summary>
public sealed record GroupRisk(string Symbol, string Interval, decimal Leverage, decimal MarginUsdt, string PositionMode, bool Active);

public static class StateEndpoints
{
    public static void MapState(this IEndpointRouteBuilder routes)
    {
        var started = routes.ServiceProvider.GetRequiredService<TimeProvider>().GetUtcNow();
        routes.MapGet("/state", GetStateAsync).RequireAuthorization();
        routes.MapGet("/meta", (DiaryDb db, CancellationToken cancellationToken) => GetMetaAsync(db, started, cancellationToken)).RequireAuthorization();
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
