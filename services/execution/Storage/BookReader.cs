using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Positions;

namespace TradingSystem.Execution.Storage;

/// <summary>Reads what is not in memory. Rare: the first decision of a group or a token, and after the books were forgotten.</summary>
public sealed class BookReader(IDbContextFactory<ExecutionDb> databases, ExecutionOptions options, TimeProvider time)
{
    /// <summary>The orders that some of the decisions have already.</summary>
    public async Task<Dictionary<Guid, Order>> OrdersOfAsync(IReadOnlyList<TradeDecision> decisions, CancellationToken cancellationToken)
    {
        var ids = decisions.Select(d => d.Id).Distinct().ToArray();
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Orders.AsNoTracking().Where(o => ids.Contains(o.DecisionId)).ToDictionaryAsync(o => o.DecisionId, cancellationToken);
    }

    /// <summary>Puts the ledger of every decision's group and the fence of its token into the books.</summary>
    public async Task LoadAsync(Books books, IReadOnlyList<TradeDecision> decisions, CancellationToken cancellationToken)
    {
        HashSet<Guid>? groups = null;
        HashSet<Guid>? tokens = null;
        foreach (var decision in decisions)
        {
            if (books.Find(decision.GroupId) is null)
            {
                (groups ??= []).Add(decision.GroupId);
            }

            if (decision.TokenId is { } token && !books.Fences.Knows(token))
            {
                (tokens ??= []).Add(token);
            }
        }

        if (groups is null && tokens is null)
        {
            return;
        }

        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (groups is not null)
        {
            await LoadLedgersAsync(db, books, groups, cancellationToken);
            var unknown = decisions.Where(d => books.Find(d.GroupId) is null).Select(d => (d.GroupId, d.GroupName, 0L)).ToList();
            if (unknown.Count > 0)
            {
                await SimulatedAccounts.EnsureAsync(db, unknown, options.InitialBalance, time.GetUtcNow(), cancellationToken);
                await LoadLedgersAsync(db, books, groups, cancellationToken);
            }
        }

        if (tokens is not null)
        {
            await LoadFencesAsync(db, books, tokens, cancellationToken);
        }
    }

    private static async Task LoadLedgersAsync(ExecutionDb db, Books books, HashSet<Guid> groups, CancellationToken cancellationToken)
    {
        // One statement, so that a balance and its positions are of one moment.
        var rows = await (
            from binding in db.Bindings
            where groups.Contains(binding.GroupId)
            join account in db.Accounts on binding.AccountId equals account.Id
            join held in db.Positions on account.Id equals held.AccountId into all
            from position in all.DefaultIfEmpty()
            select new { binding.GroupId, account, position }).AsNoTracking().ToListAsync(cancellationToken);
        foreach (var group in rows.GroupBy(r => r.GroupId))
        {
            var account = group.First().account;
            account.Balance = OrderAnnouncements.Plain(account.Balance);
            account.RealizedPnl = OrderAnnouncements.Plain(account.RealizedPnl);
            account.Fees = OrderAnnouncements.Plain(account.Fees);
            books.Put(group.Key, new Ledger(account, [.. group.Select(r => r.position).OfType<Position>().Select(Plain)]));
        }
    }

    private static async Task LoadFencesAsync(ExecutionDb db, Books books, HashSet<Guid> tokens, CancellationToken cancellationToken)
    {
        var epochs = await db.Fences.AsNoTracking().Where(f => tokens.Contains(f.TokenId)).ToDictionaryAsync(f => f.TokenId, f => f.Epoch, cancellationToken);
        foreach (var token in tokens)
        {
            books.Fences.Read(token, epochs.GetValueOrDefault(token));
        }
    }

    /// <summary>Without the column's padding, which would make every product 18 digits longer.</summary>
    private static Position Plain(Position position)
    {
        var s = position.State;
        position.State = new(OrderAnnouncements.Plain(s.Qty), OrderAnnouncements.Plain(s.AvgPrice), OrderAnnouncements.Plain(s.RealizedPnl), OrderAnnouncements.Plain(s.Fees));
        position.Leverage = OrderAnnouncements.Plain(position.Leverage);
        return position;
    }
}
