using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Limits;
using static TradingSystem.Tests.Execution.TestDecisions;

namespace TradingSystem.Tests.Execution.Limits;

[TestFixture]
public sealed class DecisionCheckTests
{
    private static readonly TimeSpan Epsilon = TimeSpan.FromTicks(1);

    [TestCase(-1, null)]
    [TestCase(0, null)]
    [TestCase(1, "DECISION_EXPIRED")]
    public void A_decision_expires_just_after_the_age_limit(int epsilons, string? code)
    {
        var decision = Long() with { CreatedAt = Now - Options.MaxDecisionAge - (Epsilon * epsilons) };
        Assert.That(Check(decision).Reason?.Code.Word, Is.EqualTo(code));
    }

    [TestCase(-1, "DECISION_EXPIRED")]
    [TestCase(0, null)]
    [TestCase(1, null)]
    public void A_decision_expires_just_after_its_valid_until(int epsilons, string? code)
    {
        var decision = Long() with { ValidUntil = Now + (Epsilon * epsilons) };
        Assert.That(Check(decision).Reason?.Code.Word, Is.EqualTo(code));
    }

    [TestCase(-1, null)]
    [TestCase(0, null)]
    [TestCase(1, "PRICE_STALE")]
    public void A_price_goes_stale_just_after_the_age_limit(int epsilons, string? code)
    {
        var tick = Tick(observedAt: Now - Options.MaxPriceAge - (Epsilon * epsilons));
        Assert.That(Check(Long(), tick: tick).Reason?.Code.Word, Is.EqualTo(code));
    }

    // Priced so high that the minimum notional is met by any lot.
    [TestCase("0.0009999", "QTY_TOO_SMALL")]
    [TestCase("0.001", null)]
    [TestCase("0.0010001", null)]
    public void A_quantity_must_reach_the_minimum_after_rounding_down(string qty, string? code)
    {
        var verdict = Check(Long() with { Qty = Number(qty), MarginUsd = 0m }, tick: Tick(200_000m));
        Assert.Multiple(() =>
        {
            Assert.That(verdict.Reason?.Code.Word, Is.EqualTo(code));
            Assert.That(verdict.Reason?.NearestAcceptable, Is.EqualTo(code is null ? null : "0.001"));
        });
    }

    [TestCase("99999.9", "NOTIONAL_TOO_SMALL")]
    [TestCase("100000", null)]
    [TestCase("100000.1", null)]
    public void A_notional_must_reach_the_minimum(string price, string? code)
    {
        var verdict = Check(Long() with { Qty = 0.001m, MarginUsd = 0m }, tick: Tick(Number(price)));
        Assert.That(verdict.Reason?.Code.Word, Is.EqualTo(code));
    }

    [Test]
    public void A_margin_that_is_too_small_is_told_the_margin_that_would_do()
    {
        var tooSmall = Check(Long() with { MarginUsd = 9.7m }, tick: Tick(97_000m));
        var nearest = Number(tooSmall.Reason!.NearestAcceptable!);
        var enough = Check(Long() with { MarginUsd = nearest }, tick: Tick(97_000m));
        Assert.Multiple(() =>
        {
            Assert.That(tooSmall.Reason, Is.EqualTo(new RejectionReason(ReasonCodes.NotionalTooSmall, "100", "97", "19.4", tooSmall.Reason.Message)));
            Assert.That(enough.Reason, Is.Null);
        });
    }

    [TestCase("124.99", null)]
    [TestCase("125", null)]
    [TestCase("125.01", "LEVERAGE_TOO_HIGH")]
    [TestCase("0.99", "LEVERAGE_TOO_LOW")]
    [TestCase("1", null)]
    public void Leverage_stays_inside_its_limits(string leverage, string? code) =>
        Assert.That(Check(Long() with { Leverage = Number(leverage), MarginUsd = 1_000m }).Reason?.Code.Word, Is.EqualTo(code));

    [TestCase("119.999", null)]
    [TestCase("120", null)]
    [TestCase("120.001", "QTY_TOO_LARGE")]
    public void A_market_order_has_a_largest_quantity(string qty, string? code) =>
        Assert.That(Check(Long() with { Qty = Number(qty), Leverage = 125m }).Reason?.Code.Word, Is.EqualTo(code));

    [TestCase("-0.01", "INSUFFICIENT_MARGIN")]
    [TestCase("0", null)]
    [TestCase("0.01", null)]
    public void Margin_and_fee_must_be_covered_by_what_is_available(string beyond, string? code)
    {
        // 1 BTC at 100,010 (1 bp slippage) with leverage 10: 10,001 margin and 50.005 fee.
        var account = new AccountState(10_051.005m + Number(beyond), []);
        var verdict = Check(Long() with { Qty = 1m }, account);
        Assert.That(verdict.Reason?.Code.Word, Is.EqualTo(code));
        if (verdict.Reason is { } reason)
        {
            Assert.That(Check(Long() with { Qty = Number(reason.NearestAcceptable!) }, account).Reason, Is.Null);
        }
    }

    [Test]
    public void Reducing_needs_no_margin()
    {
        var broke = Holding(-1m, balance: 0m);
        Assert.That(Check(Long() with { Qty = 1m }, broke).Reason, Is.Null);
    }

    [Test]
    public void What_cannot_be_checked_is_refused_by_name()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Check(Long("NOPEUSDT")).Reason?.Code.Word, Is.EqualTo("UNKNOWN_SYMBOL"));
            Assert.That(CheckWithoutPrice(Long()).Reason?.Code.Word, Is.EqualTo("PRICE_MISSING"));
            Assert.That(Check(Long() with { OrderType = "limit" }).Reason?.Code.Word, Is.EqualTo("UNSUPPORTED_ORDER_TYPE"));
            Assert.That(Check(Long() with { Action = TradeAction.Close }).Reason?.Code.Word, Is.EqualTo("NO_POSITION"));
            Assert.That(Check(Long() with { Qty = decimal.MaxValue }).Reason?.Code.Word, Is.EqualTo("NUMBER_OUT_OF_RANGE"));
            Assert.That(Check(Long() with { MarginUsd = decimal.MaxValue }).Reason?.Code.Word, Is.EqualTo("NUMBER_OUT_OF_RANGE"));
        });
    }

    [TestCase("LONG", "99999.99", "99999.9")]
    [TestCase("SHORT", "100000.01", "100000.1")]
    public void A_limit_price_is_never_worse_than_asked_for(string action, string asked, string price)
    {
        var decision = Limit(Number(asked)) with { Action = action == "LONG" ? TradeAction.Long : TradeAction.Short };
        Assert.That(CheckAtVenue(decision).Fill?.Price, Is.EqualTo(Number(price)));
    }

    [Test]
    public void A_limit_order_is_sized_and_limited_at_its_own_price()
    {
        var verdict = CheckAtVenue(Limit(50_000m) with { Qty = 0m, MarginUsd = 100m, Leverage = 10m }, tick: Tick(100_000m));
        Assert.That(verdict.Fill?.Qty, Is.EqualTo(0.02m));
    }

    [TestCase(-1, null)]
    [TestCase(0, null)]
    [TestCase(1, "QTY_TOO_LARGE")]
    public void A_limit_order_has_the_exchanges_own_largest_quantity(int steps, string? code)
    {
        var decision = Limit(100m) with { Qty = AtVenue.MaxLimitQty + (steps * AtVenue.Step), MarginUsd = 0m };
        Assert.That(CheckAtVenue(decision, Holding(0m, balance: 1_000_000m), Tick(100m)).Reason?.Code.Word, Is.EqualTo(code));
    }

    [TestCase("0.05", "NUMBER_OUT_OF_RANGE")]
    [TestCase("0.1", null)]
    [TestCase("1000000000", null)]
    [TestCase("1000000000.1", "NUMBER_OUT_OF_RANGE")]
    public void A_limit_price_is_one_that_can_be_traded(string price, string? code)
    {
        var verdict = CheckAtVenue(Limit(Number(price)) with { Action = TradeAction.Close }, Holding(1m));
        Assert.That(verdict.Reason?.Code.Word, Is.EqualTo(code));
    }

    [Test]
    public void No_trade_is_recorded_however_old()
    {
        var verdict = Check(Long("NOPEUSDT") with { Action = TradeAction.NoTrade, CreatedAt = Now.AddDays(-1) });
        Assert.That(verdict, Is.EqualTo(new Verdict.Recorded()));
    }

    [TestCase("0.5", "0", true, "0.5")]
    [TestCase("-0.5", "0", false, "0.5")]
    [TestCase("0.5", "0.2009", true, "0.2")]
    [TestCase("0.5", "9", true, "0.5")]
    [TestCase("0.0005", "0", true, "0.0005")]
    public void Close_takes_at_most_what_is_held(string held, string qty, bool wasLong, string closed)
    {
        var verdict = Check(Long() with { Action = TradeAction.Close, Qty = Number(qty) }, Holding(Number(held)));
        Assert.Multiple(() =>
        {
            Assert.That(verdict.Fill?.Buy, Is.EqualTo(!wasLong));
            Assert.That(verdict.Fill?.Qty, Is.EqualTo(Number(closed)));
        });
    }

    [Test]
    public void A_long_while_short_is_one_order_of_the_sized_quantity()
    {
        var verdict = Check(Long(), Holding(-3m));
        Assert.That((verdict.Fill!.Buy, verdict.Fill.Qty), Is.EqualTo((true, 0.01m)));
    }

    private static decimal Number(string text) => decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
