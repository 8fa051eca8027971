using System.Data;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Prices;
using TradingSystem.Execution.Settings;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Equity;

/// <summary>A snapshot, the account version it was computed from, and whether that version was never announced.</summary>
public sealed record DueSnapshot(EquitySnapshot Snapshot, long AccountVersion, bool Changed);

/// <summary>Computes what accounts are worth at the latest prices.</summary>
public sealed class EquityReader(PriceBook prices, TimeProvider time)
{
    /// <summary>Accounts changed since their last announcement and, if asked for, those with open positions.</summary>
    public async Task<IReadOnlyList<DueSnapshot>> ReadDueAsync(ExecutionDb db, bool withOpenPositions, CancellationToken cancellationToken)
    {
        // One snapshot of the database: cash and positions must be of the same moment.
        await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var due = await (
            from account in db.Accounts.AsNoTracking()
            join binding in db.Bindings on account.Id equals binding.AccountId
            join known in db.Equity on account.Id equals known.AccountId into announced
            from last in announced.DefaultIfEmpty()
            let changed = last == null || last.AccountVersion < account.Version
            // What a venue's account is worth the venue knows: not before it was asked.
            where ((account.Exchange == Exchanges.Simulated && account.FillModel == FillModels.Instant) || db.Set<DeskOwner>().Any(o => o.AccountId == account.Id && o.ReconciledAt != null))
                && (changed || (withOpenPositions && db.Set<Position>().Any(p => p.AccountId == account.Id && p.Qty != 0m)))
            select new { account, binding, changed }).ToListAsync(cancellationToken);
        var ids = due.Select(d => d.account.Id).ToArray();
        var positions = (await db.Positions.AsNoTracking().Where(p => ids.Contains(p.AccountId)).ToListAsync(cancellationToken)).ToLookup(p => p.AccountId);
        await transaction.CommitAsync(cancellationToken);
        var now = time.GetUtcNow();
        return [.. due.Select(d => Snapshot(d.account, d.binding, d.changed, [.. positions[d.account.Id]], now)).OfType<DueSnapshot>()];
    }

    /// <summary>
    /// The whole account's money with the positions of one of its groups; groups that share an account are told each of their own.
    /// Null while a held symbol has no price here: an equity without its open positions would be a lie.
    /// </summary>
    private DueSnapshot? Snapshot(Account account, Binding binding, bool changed, List<Position> positions, DateTimeOffset now)
    {
        if (positions.Any(p => p.Qty != 0m && prices.Find(p.Symbol) is null))
        {
            return null;
        }

        decimal Mark(Position p) => prices.Find(p.Symbol)?.Price ?? p.AvgPrice;
        var unrealized = positions.Sum(p => p.Unrealized(Mark(p)));
        var lines = positions.FindAll(p => p.GroupId == binding.GroupId).ConvertAll(p => Line(p, Mark(p)));
        var snapshot = new EquitySnapshot(
            Guid.CreateVersion7(now),
            account.Id,
            binding.GroupId,
            binding.GroupName,
            account.Mode,
            OrderAnnouncements.Plain(account.Balance),
            OrderAnnouncements.Plain(account.Balance + unrealized),
            OrderAnnouncements.Plain(account.RealizedPnl),
            OrderAnnouncements.Plain(unrealized),
            lines,
            now);
        return new DueSnapshot(snapshot, account.Version, changed);
    }

    private static PositionSnapshot Line(Position position, decimal mark) => new(
        position.Symbol,
        OrderAnnouncements.Plain(position.Qty),
        OrderAnnouncements.Plain(position.AvgPrice),
        OrderAnnouncements.Plain(mark),
        OrderAnnouncements.Plain(position.RealizedPnl),
        OrderAnnouncements.Plain(position.Unrealized(mark)));
}
