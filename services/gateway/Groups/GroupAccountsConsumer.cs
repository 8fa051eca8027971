using MassTransit;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Gateway.Storage;

namespace TradingSystem.Gateway.Groups;

/// <summary>
/// Keeps which account trades for each group, so that what a group is told of its position mode is the account's, also right after a start. A change
/// is one of the group's: it gets a version, and its sessions hear of it on every node.
/// </summary>
public sealed class GroupAccountsConsumer(IDbContextFactory<GatewayDb> databases, GroupAnnouncer announcer, TimeProvider time) : IConsumer<GroupAccounts>
{
    private const int Attempts = 5;

    public async Task Consume(ConsumeContext<GroupAccounts> context)
    {
        foreach (var account in context.Message.Items)
        {
            if (await KeepAsync(account, context.CancellationToken) is { } changed)
            {
                await announcer.AnnounceAsync(changed);
            }
        }
    }

    /// <summary>The group as it is now if it is to be told; null where nothing is new, or the group is not (any more) ours.</summary>
    private async Task<GroupConfig?> KeepAsync(GroupAccount account, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            if (await db.Groups.Include(g => g.Members).SingleOrDefaultAsync(g => g.Id == account.GroupId, cancellationToken) is not { } group || !IsNews(group, account))
            {
                return null;
            }

            var (isSame, isFirst) = (group.AccountId == account.AccountId && group.PositionMode == account.PositionMode, group.AccountId is null && group.PositionMode == account.PositionMode);
            (group.AccountId, group.AccountBoundAt, group.AccountRevision, group.PositionMode) = (account.AccountId, account.BoundAt, account.Revision, account.PositionMode);
            if (!isSame && !isFirst)
            {
                group.Version++;
                group.UpdatedAt = time.GetUtcNow();
            }

            try
            {
                await db.SaveChangesAsync(cancellationToken);
                return isSame ? null : GroupDirectory.Config(group);
            }
            catch (DbUpdateConcurrencyException) when (attempt < Attempts)
            {
                // Somebody changed the group meanwhile.
            }
        }
    }

    private static bool IsNews(GroupRow group, GroupAccount account) =>
        group.AccountId is null || account.BoundAt > group.AccountBoundAt || (account.BoundAt == group.AccountBoundAt && account.Revision > group.AccountRevision);
}
