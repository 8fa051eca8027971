using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>What the exchange does by itself: it moves the balance by funding, and closes positions for want of margin.</summary>
public sealed partial class AccountDesk
{
    private const string Liquidation = "liquidation";
    private const string Funding = "funding";

    /// <summary>Payments that the stream did not tell of, or told to a desk that ended.</summary>
    private async Task CompareFundingAsync(VenueSnapshot snapshot)
    {
        foreach (var payment in snapshot.Funding)
        {
            if (await FundingSeenAsync(payment))
            {
                // The wallet may have been read before it.
                SnapshotSoon();
            }
        }
    }

    /// <summary>Each payment moves the balance once, however it was learned of; false for one that did already.</summary>
    private Task<bool> FundingSeenAsync(FundingPayment payment) => _store.RunAsync(
        async work =>
        {
            var (account, text) = (_store.AccountId, $"{Rejections.Text(payment.Amount)} ({payment.Id})");
            if (await work.Db.ReconciliationLog.AnyAsync(r => r.AccountId == account && r.Kind == Funding && r.Symbol == payment.Symbol && r.VenueValue == text, _stop))
            {
                return false;
            }

            var ledger = await work.LedgerAsync();
            ledger.Account.Balance += payment.Amount;
            work.AccountChanged();
            work.Log(Funding, payment.Symbol, text, null, "booked on the balance");
            DeskLog.Funding(_parts.Log, account, payment.Symbol, payment.Amount);
            return true;
        },
        _stop);

    /// <summary>The entry that waits for the position's end, null where none does.</summary>
    private async Task<Order?> ProtectedEntryAsync(DeskWork work, Position position)
    {
        var account = _store.AccountId;
        var row = await work.Db.Protections.SingleOrDefaultAsync(
            p => p.AccountId == account && p.GroupId == position.GroupId && p.Symbol == position.Symbol && (p.StopLoss != null || p.TakeProfit != null || p.Removed), _stop);
        return row is not null && await EntryAsync(work, row.OrderId) is (_, { } order) ? order : null;
    }
}
