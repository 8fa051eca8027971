using MassTransit;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Storm;

/// <summary>A group that is switched on, as far as it says whom an event wakes.</summary>
public sealed record TargetedGroup(string Name, string Market, string Symbol);

/// <summary>A copy of what the gateway tells of groups: on each change, and of all of them when it starts.</summary>
public sealed class TargetedGroups(IDbContextFactory<TriggerDb> database)
{
    /// <summary>Those that are switched on; of one name the newest.</summary>
    public const string Query =
        """
        select distinct on (name) name as "Name", market as "Market", symbol as "Symbol" from trigger.targeted_groups where active order by name, version desc
        """;

    /// <summary>Names of those that an event of these targets wakes.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<TargetedGroup> groups, IReadOnlyList<string> targets) =>
        [.. groups.Where(g => TargetSelector.Matches(targets, g.Name, g.Market, g.Symbol)).Select(g => g.Name)];

    public static async Task<IReadOnlyList<TargetedGroup>> ActiveAsync(TriggerDb db, CancellationToken cancellationToken) =>
        await db.Database.SqlQueryRaw<TargetedGroup>(Query).ToListAsync(cancellationToken);

    /// <summary>Keeps each group's highest version; older news is ignored.</summary>
    public async Task SaveAsync(IReadOnlyList<GroupConfig> groups, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        foreach (var group in groups)
        {
            await db.Database.ExecuteSqlAsync(
                $"""
                insert into trigger.targeted_groups as g (id, name, market, symbol, active, version)
                values ({group.Id}, {group.Name}, {group.Market}, {group.Symbol}, {group.Active}, {group.Version})
                on conflict (id) do update
                set name = excluded.name, market = excluded.market, symbol = excluded.symbol, active = excluded.active, version = excluded.version
                where excluded.version > g.version
                """,
                cancellationToken);
        }
    }
}

public sealed class TargetedGroupsConsumer(TargetedGroups groups) : IConsumer<GroupsChanged>
{
    public Task Consume(ConsumeContext<GroupsChanged> context) => groups.SaveAsync(context.Message.Items, context.CancellationToken);
}
