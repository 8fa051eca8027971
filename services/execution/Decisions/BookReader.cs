using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Exits;
using TradingSystem.Execution.Legs;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Settings;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Decisions;

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

    /// <summary>What became of a move that was decided on before.</summary>
    public async Task<ProtectionMove?> MoveAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.ProtectionMoves.AsNoTracking().SingleOrDefaultAsync(m => m.Id == id, cancellationToken);
    }

    /// <summary>What came after a steering although it is decided on before it, and what a position without legs rests on.</summary>
    public async Task<MovePast> PastAsync(GroupSteering steering, Ledger ledger, CancellationToken cancellationToken)
    {
        var asked = steering.Protect!;
        var (group, symbol, at, stop, take) = (steering.GroupId, StoredText.Of(asked.Symbol), steering.CreatedAt.ToUniversalTime(), asked.StopLoss is not null, asked.TakeProfit is not null);
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var superseded = await db.ProtectionMoves.AnyAsync(
            m => m.GroupId == group && m.Symbol == symbol && m.State != MoveStates.Refused && m.CreatedAt > at && ((stop && m.MovesStop) || (take && m.MovesTake)), cancellationToken);
        superseded |= ledger.Protection.IsNewer(group, asked.Symbol, stop, take, at);
        if (!ledger.Account.FillsAtOnce || ledger.Protection.HasAny(group, asked.Symbol) || ledger.Held(group, asked.Symbol) is not (not 0m and var held))
        {
            return new(superseded, null);
        }

        var (account, side) = (ledger.Account.Id, SideWords.Of(held > 0m));
        var entry = await db.Orders.AsNoTracking()
            .Where(
                o => o.GroupId == group && o.AccountId == account && o.Symbol == symbol && o.Side == side && o.AvgPrice != null && o.ProtectsDecisionId == null && o.Action != ActionWords.Close)
            .OrderByDescending(o => o.Seq).FirstOrDefaultAsync(cancellationToken);
        return new(superseded, entry is null ? null : LegOrigin.Of(entry));
    }

    /// <summary>Those of the decisions that a cancel which overtook them is remembered for.</summary>
    public async Task<HashSet<Guid>> TakenBackAsync(IReadOnlyList<TradeDecision> decisions, CancellationToken cancellationToken)
    {
        var groups = decisions.Select(d => d.GroupId).Distinct().ToArray();
        var ids = decisions.Select(d => d.Id).Append(Guid.Empty).Distinct().ToArray();
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var remembered = await db.RememberedCancels.AsNoTracking().Where(r => groups.Contains(r.GroupId) && ids.Contains(r.DecisionId)).ToListAsync(cancellationToken);
        return [.. decisions.Where(d => RememberedCancel.IsEnded(d) && remembered.Exists(r => r.Ends(d))).Select(d => d.Id)];
    }

    /// <summary>Puts the controls, the ledger of every decision's group and the fence of its token into the books.</summary>
    /// <param name="opensAccounts">A group without an account gets its own; else it has no ledger.</param>
    public async Task LoadAsync(Books books, IReadOnlyList<TradeDecision> decisions, CancellationToken cancellationToken, bool opensAccounts = true)
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

        if (groups is null && tokens is null && books.Controls is not null)
        {
            return;
        }

        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        books.Controls ??= await ControlStore.ReadAsync(db, options, cancellationToken);
        if (groups is not null)
        {
            await LoadLedgersAsync(db, books, groups, time.GetUtcNow(), cancellationToken);
            var unknown = decisions.Where(d => books.Find(d.GroupId) is null).Select(d => (d.GroupId, d.GroupName, 0L)).ToList();
            if (unknown.Count > 0 && opensAccounts)
            {
                await SimulatedAccounts.EnsureAsync(db, unknown, options.InitialBalance, options.FillModel, time.GetUtcNow(), cancellationToken);
                await LoadLedgersAsync(db, books, groups, time.GetUtcNow(), cancellationToken);
            }
        }

        if (tokens is not null)
        {
            await LoadFencesAsync(db, books, tokens, cancellationToken);
        }
    }

    private static async Task LoadLedgersAsync(ExecutionDb db, Books books, HashSet<Guid> groups, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // One statement, so that a balance and its positions are of one moment.
        var rows = await (
            from binding in db.Bindings
            where groups.Contains(binding.GroupId)
            join account in db.Accounts on binding.AccountId equals account.Id
            join held in db.Positions on account.Id equals held.AccountId into all
            from position in all.DefaultIfEmpty()
            select new { binding.GroupId, account, position }).AsNoTracking().ToListAsync(cancellationToken);
        var accounts = rows.Select(r => r.account.Id).Distinct().ToArray();
        var risk = await LoadRiskAsync(db, accounts, books.Controls!.CountsOrders, now, cancellationToken);
        var legs = await db.Set<ProtectionLeg>().AsNoTracking().Where(l => accounts.Contains(l.AccountId) && l.Status == LegStatuses.Waiting).ToListAsync(cancellationToken);
        var exits = await db.WaitingExits.AsNoTracking().Where(e => accounts.Contains(e.AccountId) && e.SettledAt == null).OrderBy(e => e.Seq).ToListAsync(cancellationToken);
        foreach (var group in rows.GroupBy(r => r.GroupId))
        {
            var account = group.First().account;
            account.Balance = OrderAnnouncements.Plain(account.Balance);
            account.RealizedPnl = OrderAnnouncements.Plain(account.RealizedPnl);
            account.Fees = OrderAnnouncements.Plain(account.Fees);
            books.Put(
                group.Key,
                new Ledger(account, [.. group.Select(r => r.position).OfType<Position>().Select(Plain)], risk.Where(b => b.AccountId == account.Id), legs.Where(l => l.AccountId == account.Id).Select(Plain), exits.Where(e => e.AccountId == account.Id)));
        }
    }

    /// <summary>What the limits remember; the orders of the last minute only where somebody is limited in them.</summary>
    private static async Task<List<RiskBook>> LoadRiskAsync(ExecutionDb db, Guid[] accounts, bool countsOrders, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var books = await db.RiskBooks.AsNoTracking().Where(b => accounts.Contains(b.AccountId)).ToListAsync(cancellationToken);
        books.ForEach(b => b.Plain());
        if (!countsOrders)
        {
            return books;
        }

        var since = now - RateWindow.Length;
        var orders = await db.Orders.AsNoTracking()
            .Where(o => o.CreatedAt > since && accounts.Contains(o.AccountId) && o.Status != OrderStatus.Rejected && o.Status != OrderStatus.Recorded)
            .OrderBy(o => o.CreatedAt)
            .Select(o => new { o.AccountId, o.GroupId, o.CreatedAt })
            .ToListAsync(cancellationToken);
        foreach (var order in orders)
        {
            Find(order.AccountId, Guid.Empty).Orders.Add(order.CreatedAt);
            Find(order.AccountId, order.GroupId).Orders.Add(order.CreatedAt);
        }

        return books;

        RiskBook Find(Guid account, Guid group)
        {
            if (books.Find(b => b.AccountId == account && b.GroupId == group) is { } held)
            {
                return held;
            }

            books.Add(new RiskBook { AccountId = account, GroupId = group });
            return books[^1];
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

    private static ProtectionLeg Plain(ProtectionLeg leg)
    {
        leg.Qty = OrderAnnouncements.Plain(leg.Qty);
        return leg;
    }

    /// <summary>Without the column's padding, which would make every product 18 digits longer.</summary>
    internal static Position Plain(Position position)
    {
        var s = position.State;
        position.State = new(OrderAnnouncements.Plain(s.Qty), OrderAnnouncements.Plain(s.Cost), OrderAnnouncements.Plain(s.RealizedPnl), OrderAnnouncements.Plain(s.Fees));
        position.Leverage = OrderAnnouncements.Plain(position.Leverage);
        return position;
    }
}
