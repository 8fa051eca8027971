using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Settings;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Accounts;

/// <summary>Every group starts with a simulated account, whichever is heard of first: the group or a decision of it.</summary>
public static class SimulatedAccounts
{
    /// <summary>The same on every node, so that two nodes cannot give one group two accounts.</summary>
    public static Guid IdFor(Guid groupId) => NameBasedGuid.Create(groupId, "account:simulated");

    /// <summary>Creates what is missing; a newer version renames the binding. One statement each, in the order of the ids.</summary>
    /// <param name="fillModel">One of <see cref="FillModels"/>, of those that are made now.</param>
    public static async Task EnsureAsync(
        ExecutionDb db, IEnumerable<(Guid GroupId, string GroupName, long Version)> groups, decimal initialBalance, string fillModel,
        DateTimeOffset now, CancellationToken cancellationToken)
    {
        var ordered = groups.GroupBy(g => g.GroupId).Select(g => g.MaxBy(x => x.Version)).OrderBy(g => g.GroupId).ToList();
        var groupIds = ordered.Select(g => g.GroupId).ToArray();
        var accountIds = ordered.Select(g => IdFor(g.GroupId)).ToArray();
        var names = ordered.Select(g => StoredText.Of(g.GroupName) ?? "").ToArray();
        var versions = ordered.Select(g => g.Version).ToArray();
        // A group that was bound to another account has no use for its first one, which may be deleted by now.
        await db.Database.ExecuteSqlAsync(
            $"""
            insert into execution.accounts (id, name, exchange, fill_model, mode, initial_balance, balance, realized_pnl, fees, version, created_at, updated_at)
            select t.id, t.name, {Exchanges.Simulated}, {fillModel}, {Modes.Simulated}, {initialBalance}, {initialBalance}, 0, 0, 0, {now}, {now}
            from unnest({groupIds}, {accountIds}, {names}) as t(group_id, id, name)
            where not exists (select from execution.bindings b where b.group_id = t.group_id)
            on conflict (id) do nothing
            """,
            cancellationToken);
        await db.Database.ExecuteSqlAsync(
            $"""
            insert into execution.bindings (group_id, account_id, group_name, group_version, created_at, bound_at)
            select t.group_id, t.account_id, t.name, t.version, {now}, {now}
            from unnest({groupIds}, {accountIds}, {names}, {versions}) as t(group_id, account_id, name, version)
            on conflict (group_id) do update set group_name = excluded.group_name, group_version = excluded.group_version
            where bindings.group_version < excluded.group_version
            """,
            cancellationToken);
    }
}
