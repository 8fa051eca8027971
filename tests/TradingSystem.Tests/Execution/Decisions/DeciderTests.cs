using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Prices;
using TradingSystem.Tests.Time;
using static TradingSystem.Tests.Execution.TestDecisions;

namespace TradingSystem.Tests.Execution.Decisions;

[TestFixture]
public sealed class DeciderTests
{
    private static readonly Guid Token = Guid.Parse("0197f5d0-0000-7000-8000-00000000000a");
    private static readonly Guid AccountId = Guid.Parse("0197f5d0-0000-7000-8000-00000000000b");

    private ManualTime _time = null!;
    private PriceBook _prices = null!;
    private Decider _decider = null!;
    private Ledger _ledger = null!;
    private Fences _fences = null!;

    [SetUp]
    public void OpenTheBooks()
    {
        _time = new ManualTime(Now);
        _prices = new PriceBook(Instruments, Options, _time);
        _prices.Update([Tick()]);
        _decider = new Decider(new DecisionCheck(Instruments, Options, NoFeed), _prices, _time);
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

    [TestCase("instant", false)]
    [TestCase("exchange", true)]
    public void Only_an_account_that_fills_at_once_is_filled_in_memory(string fillModel, bool handedOver)
    {
        _ledger = new Ledger(new Account { Id = AccountId, Name = "demo", Exchange = "simulated", FillModel = fillModel, Mode = "simulated", Balance = 1_000_000m }, []);
        var outcome = Decide(Long());
        Assert.That(
            (outcome.Fill is null, outcome.Intent is not null, outcome.Order.IsAtVenue, outcome.Order.Status),
            Is.EqualTo((handedOver, handedOver, handedOver, handedOver ? "accepted" : "filled")));
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
            Assert.That(_ledger.State(other, prices, Now).QtyOf("BTCUSDT"), Is.EqualTo(3m));
            Assert.That(_ledger.State(Long().GroupId, prices, Now).QtyOf("BTCUSDT"), Is.EqualTo(1m));
            Assert.That(_ledger.State(other, prices, Now).Exposures, Has.Count.EqualTo(2));
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

    [Test]
    public void A_group_without_a_position_has_nothing_to_close_whatever_others_hold_on_its_account()
    {
        Decide(Long() with { GroupId = Guid.NewGuid(), Qty = 3m });
        Assert.That(Decide(Long() with { Action = TradeAction.Close }).Order.ReasonCode, Is.EqualTo("NO_POSITION"));
    }

    [Test]
    public void The_margin_of_other_groups_in_the_same_symbol_is_not_free()
    {
        // 1,000,000 of cash at leverage 10 carry just under 100 BTC.
        Decide(Long() with { GroupId = Guid.NewGuid(), Qty = 60m });
        var refused = Decide(Long() with { Qty = 60m }).Order;
        Assert.That(refused.ReasonCode, Is.EqualTo("INSUFFICIENT_MARGIN"));
        Assert.That(
            Decide(Long() with { Qty = decimal.Parse(refused.ReasonNearestAcceptable!, System.Globalization.CultureInfo.InvariantCulture) }).Order.Status,
            Is.EqualTo("filled"));
    }

    [Test]
    public void The_order_that_exceeds_the_rate_sets_the_group_to_reducing_and_others_trade_on()
    {
        var controls = SetOf(Control(limits: new RiskLimits { MaxGroupOrdersPerMinute = 2 }));
        var other = Guid.NewGuid();
        Decide(Long(), controls);
        Decide(Long(), controls);
        Assert.Multiple(() =>
        {
            Assert.That(Decide(Long(), controls).Order.ReasonCode, Is.EqualTo("GROUP_ORDER_RATE_LIMIT"));
            Assert.That(controls.Trips.Select(t => (t.Row.ScopeId, t.Row.State, t.Row.ChangedBy)), Is.EqualTo(new[] { (Long().GroupId, "REDUCING", ControlSet.LimitActor) }));
            Assert.That(Decide(Long(), controls).Order.ReasonCode, Is.EqualTo("REDUCING"));
            Assert.That(Decide(Long() with { GroupId = other }, controls).Order.Status, Is.EqualTo("filled"));
            Assert.That(Decide(Long() with { Action = TradeAction.Close }, controls).Order.Status, Is.EqualTo("closed"));
        });
        _time.Advance(TimeSpan.FromMinutes(2));
        _prices.Update([Tick(observedAt: _time.GetUtcNow())]);
        Assert.That(Decide(Long() with { CreatedAt = _time.GetUtcNow() }, controls).Order.ReasonCode, Is.EqualTo("REDUCING"), "time alone re-enables nobody");
        Assert.That(controls.Trips, Has.Count.EqualTo(1));
    }

    [Test]
    public void The_rate_of_the_account_counts_the_orders_of_all_its_groups()
    {
        var controls = SetOf(Control(limits: new RiskLimits { MaxOrdersPerMinute = 2 }));
        Decide(Long() with { GroupId = Guid.NewGuid() }, controls);
        Decide(Long() with { GroupId = Guid.NewGuid() }, controls);
        Assert.That(Decide(Long(), controls).Order.ReasonCode, Is.EqualTo("ORDER_RATE_LIMIT"));
    }

    [Test]
    public void A_refused_decision_is_no_order_and_does_not_count()
    {
        var controls = SetOf(Control(limits: new RiskLimits { MaxGroupOrdersPerMinute = 1 }));
        Decide(Long() with { Leverage = 900m }, controls);
        Decide(Long() with { Action = TradeAction.NoTrade }, controls);
        Assert.That(Decide(Long(), controls).Order.Status, Is.EqualTo("filled"));
    }

    [Test]
    public void A_losing_close_begins_the_cooldown_and_a_winning_one_does_not()
    {
        var controls = SetOf(Control(limits: new RiskLimits { CooldownAfterLossS = 60 }));
        Decide(Long(), controls);
        _prices.Update([Tick(101_000m)]);
        Decide(Long() with { Action = TradeAction.Close }, controls);
        Assert.That(Decide(Long(), controls).Order.Status, Is.EqualTo("filled"));
        _prices.Update([Tick(100_000m)]);
        Decide(Long() with { Action = TradeAction.Close }, controls);
        Assert.Multiple(() =>
        {
            Assert.That(Decide(Long(), controls).Order.ReasonCode, Is.EqualTo("COOLDOWN"));
            Assert.That(_ledger.ChangedBooks.Select(b => b.LastLossAt), Has.Some.EqualTo(Now));
            Assert.That(Decide(Long() with { GroupId = Guid.NewGuid() }, controls).Order.Status, Is.EqualTo("filled"), "another group lost nothing");
        });
    }

    [Test]
    public void The_days_loss_counts_fees_and_open_positions_and_begins_anew_at_midnight_utc()
    {
        var controls = SetOf(Control(limits: new RiskLimits { MaxDailyLoss = 100m }));
        Decide(Long() with { Qty = 0.1m }, controls);
        _prices.Update([Tick(99_000m)]);
        // 1 of slippage, 5.0005 of fee, and 100 down at the last price.
        var refused = Decide(Long(), controls).Order;
        Assert.That((refused.ReasonCode, refused.ReasonLimit, refused.ReasonValue), Is.EqualTo(("DAILY_LOSS_LIMIT", "100", "106.0005")));
        Assert.That(Decide(Long() with { Action = TradeAction.Close }, controls).Order.Status, Is.EqualTo("closed"), "the way out stays open");
        Assert.That(Decide(Long(), controls).Order.ReasonCode, Is.EqualTo("DAILY_LOSS_LIMIT"));
        _time.Advance(TimeSpan.FromHours(12));
        _prices.Update([Tick(99_000m, observedAt: _time.GetUtcNow())]);
        Assert.That(Decide(Long() with { CreatedAt = _time.GetUtcNow() }, controls).Order.Status, Is.EqualTo("filled"));
    }

    [Test]
    public void A_groups_daily_loss_is_its_own()
    {
        var controls = SetOf(Control(limits: new RiskLimits { MaxGroupDailyLoss = 50m }));
        var other = Guid.NewGuid();
        Decide(Long() with { Qty = 0.1m, GroupId = other }, controls);
        _prices.Update([Tick(99_000m)]);
        Assert.That(Decide(Long() with { GroupId = other }, controls).Order.ReasonCode, Is.EqualTo("GROUP_DAILY_LOSS_LIMIT"));
        Assert.That(Decide(Long(), controls).Order.Status, Is.EqualTo("filled"));
    }

    [Test]
    public void A_command_closes_what_is_halted_fenced_and_of_an_old_session()
    {
        Decide(Long() with { TokenId = Token, Epoch = 3 });
        var controls = SetOf(Control(TradingState.Halted, TradingMode.Stopped, fence: Now.AddHours(1)));
        var close = Long() with { Action = TradeAction.Close, CreatedAt = Now.AddHours(-1) };
        Assert.That(Decide(close, controls).Order.ReasonCode, Is.EqualTo("HALTED"));
        Assert.That(Decide(close, controls, byCommand: true).Order.Status, Is.EqualTo("closed"));
    }

    private Outcome Decide(TradeDecision decision, ControlSet? controls = null, bool byCommand = false) =>
        _decider.Decide(decision with { Id = Guid.NewGuid() }, _ledger, _fences, controls ?? SetOf(), byCommand);
}
