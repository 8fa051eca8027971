using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>Funding moves the balance, each payment once, however it was learned of.</summary>
internal sealed class Funding(DeskContext desk)
{
    private const string Kind = "funding";

    /// <summary>False for a payment that moved the balance already.</summary>
    public Task<bool> SeenAsync(FundingPayment payment) => desk.Store.RunAsync(
        async work =>
        {
            var (account, text) = (desk.AccountId, $"{Rejections.Text(payment.Amount)} ({payment.Id})");
            if (await work.Db.ReconciliationLog.AnyAsync(r => r.AccountId == account && r.Kind == Kind && r.Symbol == payment.Symbol && r.VenueValue == text, desk.Stop))
            {
                return false;
            }

            var ledger = await work.LedgerAsync();
            ledger.Account.Balance += payment.Amount;
            work.AccountChanged();
            work.Log(Kind, payment.Symbol, text, null, "booked on the balance");
            DeskLog.Funding(desk.Log, account, payment.Symbol, payment.Amount);
            return true;
        },
        desk.Stop);
}
