using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Prices;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Accounts;

/// <summary>Accounts as REST shows them.</summary>
public sealed class AccountReader(IDbContextFactory<ExecutionDb> databases, PriceBook prices)
{
    public async Task<Account?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Accounts.AsNoTracking().SingleOrDefaultAsync(a => a.Id == id, cancellationToken);
    }

    /// <summary>The account as it is now; null when there is none.</summary>
    public async Task<AccountView?> ViewAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await ViewAsync(db, id, cancellationToken);
    }

    public async Task<AccountView?> ViewAsync(ExecutionDb db, Guid id, CancellationToken cancellationToken)
    {
        var account = await db.Accounts.AsNoTracking().SingleOrDefaultAsync(a => a.Id == id, cancellationToken);
        return account is null ? null : (await ViewsAsync(db, [account], cancellationToken))[0];
    }

    /// <summary>In the order of <paramref name="accounts"/>.</summary>
    public async Task<IReadOnlyList<AccountView>> ViewsAsync(ExecutionDb db, IReadOnlyList<Account> accounts, CancellationToken cancellationToken)
    {
        var ids = accounts.Select(a => a.Id).ToArray();
        var bindings = (await db.Bindings.AsNoTracking().Where(b => ids.Contains(b.AccountId)).OrderBy(b => b.BoundAt).ToListAsync(cancellationToken)).ToLookup(b => b.AccountId);
        var open = (await db.Positions.AsNoTracking().Where(p => ids.Contains(p.AccountId) && p.Qty != 0m).ToListAsync(cancellationToken)).ToLookup(p => p.AccountId);
        var problems = await ProblemsAsync(db, ids, cancellationToken);
        return [.. accounts.Select(a => View(a, [.. bindings[a.Id].Select(b => new BoundGroup(b.GroupId, b.GroupName))], Unrealized(open[a.Id])) with { Problem = problems.GetValueOrDefault(a.Id) })];
    }

    /// <summary>What the last word about an account's modes at its exchange says, where they differ.</summary>
    private static async Task<Dictionary<Guid, string?>> ProblemsAsync(ExecutionDb db, Guid[] ids, CancellationToken cancellationToken)
    {
        var latest = await db.ReconciliationLog.AsNoTracking().Where(r => ids.Contains(r.AccountId) && r.Kind == ModeRecords.Kind)
            .GroupBy(r => r.AccountId).Select(g => g.Max(r => r.Seq)).ToArrayAsync(cancellationToken);
        return latest.Length == 0 ? []
            : await db.ReconciliationLog
                .AsNoTracking().Where(r => latest.Contains(r.Seq) && r.Done == ModeRecords.Differ)
                .ToDictionaryAsync(r => r.AccountId, r => r.VenueValue, cancellationToken);
    }

    private decimal Unrealized(IEnumerable<Position> open) =>
        open.Sum(p => p.Unrealized(prices.Find(p.Symbol)?.Price ?? p.AvgPrice));

    private static AccountView View(Account a, IReadOnlyList<BoundGroup> groups, decimal unrealized) => new(
        a.Id,
        a.Name,
        a.Exchange,
        a.IsSimulated ? a.FillModel : null,
        a.Mode,
        a.MarginMode,
        a.PositionMode,
        a.Active,
        a.CredentialStatus != CredentialStatuses.None,
        a.ApiKeyHint,
        a.CredentialStatus,
        a.LiveConfirmation,
        groups.Count == 0 ? null : groups[0].Id,
        groups.Count == 0 ? null : groups[0].Name,
        groups,
        OrderAnnouncements.Plain(a.Balance),
        OrderAnnouncements.Plain(a.Balance + unrealized),
        OrderAnnouncements.Plain(a.RealizedPnl),
        OrderAnnouncements.Plain(unrealized),
        a.CreatedAt);
}
