using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Accounts;

/// <summary>What an account is needed for. Asked while the account is locked, so that no decision comes in between.</summary>
public static class AccountUse
{
    /// <summary>Orders and refusals alike. No index has the account: the one that never traded is looked for in all rows, and is deleted once.</summary>
    public static Task<bool> HasOrdersAsync(this ExecutionDb db, Guid accountId, CancellationToken cancellationToken) =>
        db.Orders.AnyAsync(o => o.AccountId == accountId, cancellationToken);

    /// <summary>The symbol of an open position on the account, of one group or of any; null without one.</summary>
    public static Task<string?> OpenPositionAsync(this ExecutionDb db, Guid accountId, Guid? groupId, CancellationToken cancellationToken) =>
        db.Positions.Where(p => p.AccountId == accountId && p.Qty != 0m && (groupId == null || p.GroupId == groupId))
            .Select(p => (string?)p.Symbol).FirstOrDefaultAsync(cancellationToken);

    /// <summary>
    /// An order on the account that may still fill, of one group or of any; null without one. The words are written out so that the partial index
    /// serves.
    /// </summary>
    public static Task<Guid?> UnfinishedOrderAsync(this ExecutionDb db, Guid accountId, Guid? groupId, CancellationToken cancellationToken) =>
        db.Database.SqlQuery<Guid?>(
            $"""
            select id as "Value" from execution.orders
            where account_id = {accountId} and ({groupId}::uuid is null or group_id = {groupId})
                and status not in ('filled', 'protected', 'closed', 'rejected', 'recorded', 'canceled', 'stopped', 'took_profit')
            limit 1
            """).FirstOrDefaultAsync(cancellationToken);
}
