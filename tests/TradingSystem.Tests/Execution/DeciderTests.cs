using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Prices;
using TradingSystem.Execution.Risk;
using TradingSystem.Tests.Trigger;
using static TradingSystem.Tests.Execution.Decisions;

namespace TradingSystem.Tests.Execution;

[TestFixture]
public sealed class DeciderTests
{
    private static readonly Guid Token = Guid.Parse("0197f5d0-0000-7000-8000-00000000000a");
    private static readonly Guid AccountId = Guid.Parse("0197f5d0-0000-7000-8000-00000000000b");

    private readonly ManualTime _time = new(Now);
    private Decider _decider = null!;
    private Ledger _ledger = null!;
    private Fences _fences = null!;

    [SetUp]
    public void OpenTheBooks()
    {
        var prices = new PriceBook(Instruments, Options, _time);
        prices.Update([Tick()]);
        _decider = new Decider(new DecisionCheck(Instruments, Options), prices, _time);
        _ledger = new Ledger(new Account { Id = AccountId, Name = "demo", Exchange = "simulated", Mode = "simulated", Balance = 1_000_000m, Version = 4 }, []);
        _fences = new Fences();
        _fences.Read(Token, 0);
    }

    [Test]
    public void A_long_and_its_close_leave_the_fees_and_the_slippage()
    {
        var opened = Decide(Long());
        var closed = Decide(Long() with { Action = TradeAction.Close });
        Assert.Multiple(() =>
        {
            Assert.That((opened.Order.Status, opened.Order.Qty, opened.Order.AvgPrice), Is.EqualTo(("filled", 0.01m, 100_010m)));
            Assert.That((closed.Order.Status, closed.Order.Side, closed.Order.AvgPrice), Is.EqualTo(("closed", "SELL", 99_990m)));
            Assert.That(closed.Fill!.RealizedPnl, Is.EqualTo(opened.Order.Qty * -20m));
            Assert.That(_ledger.Account.Balance, Is.EqualTo(1_000_000m + closed.Order.RealizedPnl - opened.Order.Fee - closed.Order.Fee));
            Assert.That((_ledger.Account.Version, _ledger.SavedVersion), Is.EqualTo((6, 4)));
        });
    }

    [Test]
    public void A_superseded_session_trades_nothing_whatever_it_asks_for()
    {
        Decide(Long() with { TokenId = Token, Epoch = 2 });
        var version = _ledger.Account.Version;
        foreach (var action in Enum.GetValues<TradeAction>())
        {
            var (order, fill) = Decide(Long() with { Action = action, TokenId = Token, Epoch = 1 });
            Assert.That((order.Status, order.ReasonCode, order.ReasonLimit, order.ReasonValue, fill), Is.EqualTo(("rejected", "STALE_SESSION", "2", "1", (Fill?)null)));
        }

        Assert.That(_ledger.Account.Version, Is.EqualTo(version));
    }

    [Test]
    public void A_refused_decision_still_shuts_out_older_sessions()
    {
        Assert.That(Decide(Long("NOPEUSDT") with { TokenId = Token, Epoch = 5 }).Order.ReasonCode, Is.EqualTo("UNKNOWN_SYMBOL"));
        Assert.That(Decide(Long() with { TokenId = Token, Epoch = 4 }).Order.ReasonCode, Is.EqualTo("STALE_SESSION"));
    }

    [Test]
    public void A_decision_for_another_account_than_the_groups_is_refused()
    {
        var meant = Guid.NewGuid();
        var order = Decide(Long() with { TradeAccountId = meant }).Order;
        Assert.Multiple(() =>
        {
            Assert.That((order.Status, order.ReasonCode), Is.EqualTo(("rejected", "ACCOUNT_MISMATCH")));
            Assert.That((order.ReasonLimit, order.ReasonValue), Is.EqualTo(($"{AccountId}", $"{meant}")));
            Assert.That(Decide(Long() with { TradeAccountId = AccountId }).Order.Status, Is.EqualTo("filled"));
        });
    }

    [Test]
    public void The_groups_position_stands_before_the_accounts_others()
    {
        var other = Guid.NewGuid();
        Decide(Long() with { GroupId = other, Qty = 3m });
        Decide(Long() with { Qty = 1m });
        var prices = new PriceBook(Instruments, Options, _time);
        Assert.Multiple(() =>
        {
            Assert.That(_ledger.State(other, prices).QtyOf("BTCUSDT"), Is.EqualTo(3m));
            Assert.That(_ledger.State(Long().GroupId, prices).QtyOf("BTCUSDT"), Is.EqualTo(1m));
            Assert.That(_ledger.State(other, prices).Exposures, Has.Count.EqualTo(2));
        });
    }

    [Test]
    public void A_position_is_inserted_once_and_updated_from_then_on()
    {
        Decide(Long());
        Decide(Long());
        Assert.That((_ledger.New.Count, _ledger.Changed.Count), Is.EqualTo((1, 0)));
        _ledger.Saved();
        Assert.That((_ledger.New.Count, _ledger.Changed.Count, _ledger.IsChanged), Is.EqualTo((0, 0, false)));
        Decide(Long());
        Assert.That((_ledger.New.Count, _ledger.Changed.Count, _ledger.IsChanged), Is.EqualTo((0, 1, true)));
    }

    private Outcome Decide(TradeDecision decision) => _decider.Decide(decision with { Id = Guid.NewGuid() }, _ledger, _fences);
}
