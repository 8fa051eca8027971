using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using static TradingSystem.Tests.Execution.TestDecisions;

namespace TradingSystem.Tests.Execution.Limits;

/// <summary>The last price is 100,000; a buy fills at 100,010, a sell at 99,990.</summary>
[TestFixture]
public sealed class ProtectionRulesTests
{
    private static readonly TradeDecision Short = Long() with { Action = TradeAction.Short };

    [TestCase("99999.9", null)]
    [TestCase("100000", "99999.9")]
    [TestCase("100000.1", "99999.9")]
    [TestCase("0", "99999.9")]
    [TestCase("-1", "99999.9")]
    public void A_stop_of_a_long_is_below_the_last_price(string stop, string? nearest) =>
        Refused(Long() with { StopLoss = Number(stop) }, nearest, "STOP_LOSS_WRONG_SIDE");

    [TestCase("100000.1", null)]
    [TestCase("100000", "100000.1")]
    [TestCase("99999.9", "100000.1")]
    public void A_stop_of_a_short_is_above_the_last_price(string stop, string? nearest) =>
        Refused(Short with { StopLoss = Number(stop) }, nearest, "STOP_LOSS_WRONG_SIDE");

    [TestCase("100010.1", null)]
    [TestCase("100010", "100010.1")]
    [TestCase("90000", "100010.1")]
    public void A_target_of_a_long_is_above_its_fill(string take, string? nearest) =>
        Refused(Long() with { TakeProfit = Number(take) }, nearest, "TAKE_PROFIT_WRONG_SIDE");

    [TestCase("99989.9", null)]
    [TestCase("99990", "99989.9")]
    [TestCase("110000", "99989.9")]
    public void A_target_of_a_short_is_below_its_fill(string take, string? nearest) =>
        Refused(Short with { TakeProfit = Number(take) }, nearest, "TAKE_PROFIT_WRONG_SIDE");

    [Test]
    public void Triggers_are_put_on_the_grid_and_what_was_not_named_is_not_asked_for()
    {
        var verdict = Check(Long() with { StopLoss = 95_000.04m, TakeProfit = 105_000.06m });
        Assert.That((verdict.Protection?.StopLoss, verdict.Protection?.TakeProfit), Is.EqualTo(((decimal?)95_000m, (decimal?)105_000.1m)));
        Assert.That(Check(Long() with { StopLoss = 95_000m }).Protection?.TakeProfit, Is.Null);
        Assert.That(Check(Long()).Protection, Is.Null);
    }

    [Test]
    public void A_trigger_is_rounded_away_from_the_price_it_waits_for()
    {
        // Half a tick from the price: to the nearest it could have been on either side of it.
        var tick = Tick(100_000.1m);
        Assert.Multiple(() =>
        {
            Assert.That(Check(Long() with { StopLoss = 100_000.05m }, tick: tick).Protection?.StopLoss, Is.EqualTo(100_000m));
            Assert.That(Check(Short with { StopLoss = 100_000.15m }, tick: tick).Protection?.StopLoss, Is.EqualTo(100_000.2m));
            Assert.That(Check(Long() with { TakeProfit = 105_000.01m }, tick: tick).Protection?.TakeProfit, Is.EqualTo(105_000.1m));
            Assert.That(Check(Short with { TakeProfit = 95_000.09m }, tick: tick).Protection?.TakeProfit, Is.EqualTo(95_000m));
        });
    }

    [Test]
    public void A_stop_is_beyond_the_fill_where_that_is_better_than_the_last_price()
    {
        var verdict = Check(Long() with { StopLoss = 99_980m }, tick: Tick(ask: 99_950m));
        Assert.That((verdict.Reason?.Code.Word, verdict.Reason?.NearestAcceptable), Is.EqualTo(("STOP_LOSS_WRONG_SIDE", "99959.9")), "it fills at 99,960");
    }

    [Test]
    public void A_target_is_beyond_the_last_price_where_that_is_better_than_the_fill()
    {
        var verdict = Check(Long() with { TakeProfit = 99_980m }, tick: Tick(ask: 99_950m));
        Assert.That((verdict.Reason?.Code.Word, verdict.Reason?.NearestAcceptable), Is.EqualTo(("TAKE_PROFIT_WRONG_SIDE", "100000.1")));
    }

    [Test]
    public void A_limit_order_that_would_be_filled_at_once_is_measured_against_the_market()
    {
        var verdict = CheckAtVenue(Limit(100_000m) with { StopLoss = 95_000m }, tick: Tick(90_000m));
        Assert.That((verdict.Reason?.Code.Word, verdict.Reason?.NearestAcceptable), Is.EqualTo(("STOP_LOSS_WRONG_SIDE", "89999.9")));
        Assert.That(
            CheckAtVenue(Limit(90_000m) with { StopLoss = 85_000m, TakeProfit = 95_000m }).Reason, Is.Null,
            "one that rests below the market is measured against its own price");
    }

    [Test]
    public void An_order_that_only_reduces_has_nothing_to_protect()
    {
        Assert.That(Check(Short with { StopLoss = 105_000m }, Holding(3m)).Reason?.Code.Word, Is.EqualTo("PROTECTION_WITHOUT_POSITION"));
        Assert.That(Check(Short with { Qty = 4m, StopLoss = 105_000m }, Holding(3m)).Protection?.StopLoss, Is.EqualTo(105_000m), "one that turns the position has");
    }

    [Test]
    public void A_price_beyond_what_can_be_traded_is_refused_and_overflows_nothing() =>
        Assert.That(Check(Long() with { TakeProfit = decimal.MaxValue }).Reason?.Code.Word, Is.EqualTo("NUMBER_OUT_OF_RANGE"));

    private static void Refused(TradeDecision decision, string? nearest, string code)
    {
        var verdict = Check(decision);
        Assert.That((verdict.Reason?.Code.Word, verdict.Reason?.NearestAcceptable), Is.EqualTo((nearest is null ? null : code, nearest)));
        if (nearest is not null)
        {
            var accepted = decision.StopLoss is null ? decision with { TakeProfit = Number(nearest) } : decision with { StopLoss = Number(nearest) };
            Assert.That(Check(accepted).Reason, Is.Null, "what is named as acceptable is accepted");
        }
    }

    private static decimal Number(string text) => decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
