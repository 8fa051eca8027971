using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Accounts;

/// <summary>Every group gets one simulated account, whichever is heard of first: the group or a decision of it.</summary>
public static class SimulatedAccounts
{
    public const string Exchange = "simulated";
    public const string Mode = "simulated";

    /// <summary>The same on every node, so that two nodes cannot give one group two accounts.</summary>
    public static Guid IdFor(Guid groupId) => NameBasedGuid.Create(groupId, "account:simulated");

    /// <summary>Creates what is missing; a newer version renames the binding. One statement each, in the order of the ids.</summary>
    public static async Task EnsureAsync(ExecutionDb db, IEnumerable<(Guid GroupId, string GroupName, long Version)> groups, decimal initialBalance, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var ordered = groups.GroupBy(g => g.GroupId).Select(g => g.MaxBy(x => x.Version)).OrderBy(g => g.GroupId).ToList();
        var groupIds = ordered.Select(g => g.GroupId).ToArray();
        var accountIds = ordered.Select(g => IdFor(g.GroupId)).ToArray();
        var names = ordered.Select(g => OrderBuilder.Text(g.GroupName) ?? "").ToArray();
        var versions = ordered.Select(g => g.Version).ToArray();
        await db.Database.ExecuteSqlAsync(
            $"""
            insert into execution.accounts (id, name, exchange, mode, initial_balance, balance, realized_pnl, fees, version, created_at, updated_at)
            select t.id, t.name, {Exchange}, {Mode}, {initialBalance}, {initialBalance}, 0, 0, 0, {now}, {now}
            from unnest({accountIds}, {names}) as t(id, name)
            on conflict (id) do nothing
            """,
            cancellationToken);
        await db.Database.ExecuteSqlAsync(
            $"""
            insert into execution.bindings (group_id, account_id, group_name, group_version, created_at)
            select t.group_id, t.account_id, t.name, t.version, {now}
            from unnest({groupIds}, {accountIds}, {names}, {versions}) as t(group_id, account_id, name, version)
            on conflict (group_id) do update set group_name = excluded.group_name, group_version = excluded.group_version
            where bindings.group_version < excluded.group_version
            """,
            cancellationToken);
    }
}
