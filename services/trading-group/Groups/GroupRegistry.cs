using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.TradingGroup.Storage;

namespace TradingSystem.TradingGroup.Groups;

/// <summary>The service's own copy of the groups. Reads are cached briefly, because another node may have taken a change.</summary>
public sealed class GroupRegistry(IDbContextFactory<TradingGroupDb> contexts, TimeProvider time)
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(2);

    private volatile Cached? _cached;

    /// <summary>Groups that are hosted here and switched on.</summary>
    public async Task<IReadOnlyList<GroupConfig>> RunningAsync(CancellationToken cancellationToken)
    {
        if (_cached is { } cached && time.GetElapsedTime(cached.At) < Freshness)
        {
            return cached.Groups;
        }

        var at = time.GetTimestamp();
        var groups = (await HostedAsync(cancellationToken)).Where(g => g.Active).ToList();
        _cached = new(at, groups);
        return groups;
    }

    /// <summary>All hosted groups, switched on or not.</summary>
    public async Task<IReadOnlyList<GroupConfig>> HostedAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var configs = await db.Groups.AsNoTracking().Where(g => g.Hosted).Select(g => g.Config).ToListAsync(cancellationToken);
        return configs.ConvertAll(c => JsonSerializer.Deserialize<GroupConfig>(c)!);
    }

    /// <summary>Keeps each group's highest version; older news is ignored.</summary>
    public async Task SaveAsync(IReadOnlyList<GroupConfig> groups, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        foreach (var group in groups)
        {
            var config = JsonSerializer.Serialize(group);
            await db.Database.ExecuteSqlAsync(
                $"""
                insert into trading_group.groups as g (id, hosted, active, version, config)
                values ({group.Id}, {group.Hosted}, {group.Active}, {group.Version}, {config})
                on conflict (id) do update set hosted = excluded.hosted, active = excluded.active, version = excluded.version, config = excluded.config
                where excluded.version > g.version
                """,
                cancellationToken);
        }

        _cached = null;
    }

    private sealed record Cached(long At, IReadOnlyList<GroupConfig> Groups);
}
