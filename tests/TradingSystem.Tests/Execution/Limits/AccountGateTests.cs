using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Limits;

namespace TradingSystem.Tests.Execution.Limits;

[TestFixture]
public sealed class AccountGateTests
{
    [Test]
    public void An_active_simulated_account_takes_every_decision() =>
        Assert.That(Enum.GetValues<TradeAction>().Select(a => Refusal(Account(), a)), Is.All.Null);

    [TestCase(TradeAction.Long)]
    [TestCase(TradeAction.Short)]
    public void An_inactive_account_takes_no_entry(TradeAction action)
    {
        var account = Account();
        account.Active = false;
        Assert.That(Refusal(account, action), Is.EqualTo(new RejectionReason(ReasonCodes.AccountInactive, "active", "inactive", null, "Account demo is not active.")));
    }

    [TestCase("simulated", "simulated", "none", null)]
    [TestCase("bybit", "sandbox", "none", null)]
    [TestCase("binance", "live", "confirmed", null)]
    [TestCase("binance", "live", "pending", "LIVE_NOT_CONFIRMED")]
    public void An_inactive_account_can_be_closed_unless_its_live_key_was_not_confirmed(string exchange, string mode, string confirmation, string? code)
    {
        var account = Account(exchange, mode);
        (account.Active, account.LiveConfirmation) = (false, confirmation);
        Assert.That(Refusal(account, TradeAction.Close)?.Code.Word, Is.EqualTo(code));
    }

    [Test]
    public void An_active_account_on_an_exchange_takes_every_decision([Values("binance", "bybit", "okx")] string exchange, [Values("sandbox", "live")] string mode) =>
        Assert.That(Enum.GetValues<TradeAction>().Select(a => Refusal(Account(exchange, mode), a)), Is.All.Null);

    [Test]
    public void What_asks_for_no_order_is_recorded_everywhere()
    {
        var account = Account("binance", "live");
        account.Active = false;
        Assert.That(Refusal(account, TradeAction.NoTrade), Is.Null);
    }

    private static RejectionReason? Refusal(Account account, TradeAction action) => AccountGate.Refusal(TestDecisions.Long() with { Action = action }, account);

    private static Account Account(string exchange = "simulated", string mode = "simulated") => new() { Id = Guid.NewGuid(), Name = "demo", Exchange = exchange, Mode = mode };
}
