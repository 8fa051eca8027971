using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Settings;
using TradingSystem.Execution.Simulation;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Desk;

/// <summary>One transaction of an account's owner: what it has read is of this moment, what it changes is saved together.</summary>
public sealed class DeskWork(ExecutionDb db, Guid accountId, ExecutionOptions options, DateTimeOffset now, CancellationToken cancellationToken)
{
    private Ledger? _ledger;
    private List<Position>? _positions;

    public ExecutionDb Db => db;

    public DateTimeOffset Now => now;

    public Task<DeskOrder> FindAsync(string clientId) => db.DeskOrders.SingleAsync(o => o.ClientId == clientId, cancellationToken);

    /// <summary>Every order that is not done.</summary>
    public Task<List<DeskOrder>> OpenAsync() =>
        db.DeskOrders.Where(o => o.AccountId == accountId).Where(DeskStates.AreOpen)
            .OrderBy(o => o.Seq).ToListAsync(cancellationToken);

    /// <summary>The order that tells of it.</summary>
    public Task<Order> OrderAsync(DeskOrder order) => db.Orders.SingleAsync(o => o.DecisionId == order.DecisionId, cancellationToken);

    /// <summary>What a position is to be protected with, as it is now.</summary>
    public Task<ProtectionRow> ProtectionAsync(ProtectionRow seen) =>
        db.Protections.SingleAsync(p => p.AccountId == seen.AccountId && p.GroupId == seen.GroupId && p.Symbol == seen.Symbol, cancellationToken);

    /// <summary>The controls as they are and stay until this is committed: whoever changes one waits for it.</summary>
    public async Task<ControlSet> ControlsAsync()
    {
        await db.Database.ExecuteSqlRawAsync($"select pg_advisory_xact_lock_shared({ControlStore.LockKey})", cancellationToken);
        return await ControlStore.ReadAsync(db, options, cancellationToken);
    }

    /// <summary>The account and its positions, locked against everybody else who changes them.</summary>
    public async Task<Ledger> LedgerAsync(bool countsOrders = false)
    {
        if (_ledger is not null)
        {
            return _ledger;
        }

        var account = (await db.Accounts.FromSql($"select * from execution.accounts where id = {accountId} for no key update").ToListAsync(cancellationToken))[0];
        (account.Balance, account.RealizedPnl, account.Fees) = (OrderAnnouncements.Plain(account.Balance), OrderAnnouncements.Plain(account.RealizedPnl), OrderAnnouncements.Plain(account.Fees));
        _positions = await db.Positions.Where(p => p.AccountId == accountId).ToListAsync(cancellationToken);
        _positions.ForEach(p => BookReader.Plain(p));
        var books = await db.RiskBooks.Where(b => b.AccountId == accountId).ToListAsync(cancellationToken);
        books.ForEach(b => b.Plain());
        _ledger = new Ledger(account, _positions, books);
        if (countsOrders)
        {
            var since = now - RateWindow.Length;
            var sent = await db.DeskOrders.AsNoTracking().Where(o => o.AccountId == accountId && o.Leg == DeskLegs.Entry && o.SentAt > since)
                .OrderBy(o => o.SentAt).Select(o => new { o.GroupId, o.SentAt }).ToListAsync(cancellationToken);
            sent.ForEach(o => _ledger.CountOrder(o.GroupId, o.SentAt!.Value));
        }

        return _ledger;
    }

    /// <summary>Open positions of all groups; after <see cref="LedgerAsync"/>.</summary>
    public IEnumerable<Position> Positions => _positions!.Where(p => p.Qty != 0m);

    /// <summary>Signed; after <see cref="LedgerAsync"/>.</summary>
    public decimal QtyOf(Guid groupId, string symbol) => _positions!.Find(p => p.GroupId == groupId && p.Symbol == symbol)?.Qty ?? 0m;

    /// <summary>The account's own row changed although nothing was booked.</summary>
    public void AccountChanged()
    {
        _ledger!.Account.Version++;
        _ledger.Account.UpdatedAt = now;
    }

    /// <summary>Tells what has become of an order that a decision asked for.</summary>
    public async Task TellAsync(DeskOrder desk, DeskNews news, bool isProtected)
    {
        desk.UpdatedAt = now;
        if (news == DeskNews.None || desk.Leg != DeskLegs.Entry)
        {
            return;
        }

        var order = await OrderAsync(desk);
        var (status, terminal) = news switch
        {
            DeskNews.Submitted => (OrderStatus.Submitted, false),
            DeskNews.PartiallyFilled => (OrderStatus.PartiallyFilled, false),
            DeskNews.Filled => (order.Action == ActionWords.Close && await IsFlatAsync(desk) ? OrderStatus.Closed : OrderStatus.Filled, !isProtected),
            // What was filled before is protected on.
            DeskNews.Canceled => (OrderStatus.Canceled, !isProtected || desk.Filled == 0m),
            DeskNews.Rejected => (OrderStatus.Rejected, true),
            _ => (OrderStatus.Unknown, false),
        };
        order.Side = desk.Side ?? order.Side;
        // As asked for until it ends, then what was done.
        order.Qty = news is DeskNews.Submitted or DeskNews.Rejected or DeskNews.Unknown ? desk.Qty : desk.Filled;
        (order.AvgPrice, order.Fee, order.RealizedPnl) = (desk.AvgPrice, desk.Fee, desk.RealizedPnl);
        if (news is DeskNews.Rejected or DeskNews.Canceled && (order.ReasonCode is null || Waits.Is(order.ReasonCode)))
        {
            (order.ReasonCode, order.ReasonValue, order.ReasonMessage) = (desk.ReasonCode, StoredText.Of(desk.ReasonValue), StoredText.Of(desk.ReasonMessage));
        }

        await TellAsync(desk, order, status, terminal);
    }

    /// <summary>Tells a status of the order as it is now, or of what ended its position.</summary>
    /// <param name="again">It was told before and has another reason now.</param>
    public Task TellAsync(DeskOrder desk, Order order, string status, bool terminal, Exit? exit = null, bool again = false)
    {
        // A status that may come again is numbered by the updates before it.
        var repeats = again || status is OrderStatus.PartiallyFilled or OrderStatus.Unknown or OrderStatus.Protected;
        if (terminal || exit is null)
        {
            (order.Status, order.UpdatedAt) = (status, now);
        }

        db.OrderSteps.Add(DeskSteps.Of(order, status, terminal, repeats ? desk.Steps + 1 : 1, now, exit, desk.Price is { } limit ? OrderAnnouncements.Plain(limit) : null));
        desk.Steps++;
        return Task.CompletedTask;
    }

    /// <summary>Writes down a difference.</summary>
    public void Log(string kind, string? symbol, string? venue, string? ours, string done) =>
        db.ReconciliationLog.Add(
            new ReconciliationEntry { AccountId = accountId, Kind = kind, Symbol = symbol, VenueValue = venue, OurValue = ours, Done = done, CreatedAt = now });

    /// <summary>What was booked on the ledger becomes part of the transaction.</summary>
    internal void TakeLedger()
    {
        if (_ledger is null)
        {
            return;
        }

        db.Positions.AddRange(_ledger.New);
        foreach (var book in _ledger.ChangedBooks)
        {
            if (db.Entry(book).State == EntityState.Detached)
            {
                db.RiskBooks.Add(book);
            }
        }
    }

    private async Task<bool> IsFlatAsync(DeskOrder desk)
    {
        await LedgerAsync();
        return QtyOf(desk.GroupId, desk.Symbol) == 0m;
    }
}
