using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Limits;
using TradingSystem.Tests.Venues.Simulated;
using TradingSystem.Venues;
using TradingSystem.Venues.Instruments;
using static TradingSystem.Tests.Execution.TestDecisions;

namespace TradingSystem.Tests.Execution.Desk;

/// <summary>The leverage that an order is sized with is the one that its margin is locked by.</summary>
[TestFixture]
public sealed class LeverageTests
{
    private static readonly Instrument Whole = Btc with { LeverageStep = 1m, MaxLeverage = 50m };
    private static readonly Instrument Hundredths = Btc with { LeverageStep = 0.01m, MaxLeverage = 50m };

    [TestCase("2.9", "2")]
    [TestCase("1.5", "1")]
    [TestCase("10.000000000000000001", "10")]
    public void Where_the_venue_takes_whole_numbers_only_others_are_refused_with_the_next_below(string leverage, string nearest)
    {
        var decision = Long() with { MarginUsd = 1_000m, Leverage = Number(leverage) };
        var reason = At(Whole, decision).Reason;
        Assert.That((reason?.Code.Word, reason?.Limit, reason?.Value, reason?.NearestAcceptable), Is.EqualTo(("LEVERAGE_STEP", "1", leverage, nearest)));
        Assert.That(At(Whole, decision with { Leverage = Number(nearest) }).Reason, Is.Null, "what is named as acceptable is accepted");
    }

    [Test]
    public void Where_the_venue_takes_decimals_an_order_is_sized_with_them()
    {
        var fill = At(Hundredths, Long() with { MarginUsd = 1_000m, Leverage = 2.9m }).Fill!;
        Assert.That(fill.Qty, Is.EqualTo(0.029m), "2,900 of notional at 100,000");
        Assert.That(At(Hundredths, Long() with { MarginUsd = 1_000m, Leverage = 2.905m }).Reason?.NearestAcceptable, Is.EqualTo("2.9"));
    }

    [Test]
    public void A_simulated_account_takes_any_leverage_and_counts_the_margin_with_it()
    {
        Assert.That(Check(Long() with { MarginUsd = 1_000m, Leverage = 2.9m }).Fill!.Qty, Is.EqualTo(0.029m));
        var exchange = TestExchanges.Create(margin: MarginMode.Isolated, leverage: 2.5m);
        exchange.Place(TestExchanges.Market(OrderSide.Buy, 10m), TestExchanges.Start);
        Assert.That(exchange.State.Positions.Single().Margin, Is.EqualTo(400m), "1,000 of notional at 2.5");
    }

    [Test]
    public void More_than_the_symbol_allows_is_refused_with_the_most()
    {
        var reason = At(Hundredths, Long() with { Leverage = 50.01m }).Reason;
        Assert.That((reason?.Code.Word, reason?.NearestAcceptable), Is.EqualTo(("LEVERAGE_TOO_HIGH", "50")));
    }

    [Test]
    public void A_way_out_has_no_leverage_to_refuse() =>
        Assert.That(
            new DecisionCheck(Instruments, Options, NoFeed).Check(
                Long() with { Action = TradeAction.Close, Leverage = 2.9m, MarginUsd = 0m }, Holding(1m), Tick(), Now, Free, venue: Whole).Fill,
            Is.Not.Null);

    private static Verdict At(Instrument venue, TradeDecision decision) =>
        new DecisionCheck(Instruments, Options, NoFeed).Check(decision, Rich, Tick(), Now, Free, venue: venue);

    private static decimal Number(string text) => decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
