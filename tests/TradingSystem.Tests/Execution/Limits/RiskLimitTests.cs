using System.Globalization;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Limits;
using static TradingSystem.Tests.Execution.TestDecisions;

namespace TradingSystem.Tests.Execution.Limits;

/// <summary>Each limit a hair below it, at it and a hair above it.</summary>
[TestFixture]
public sealed class RiskLimitTests
{
    private static readonly TimeSpan Epsilon = TimeSpan.FromTicks(1);

    [TestCase(-1, null)]
    [TestCase(0, null)]
    [TestCase(1, "DECISION_EXPIRED")]
    public void A_decision_expires_at_the_strictest_age(int epsilons, string? code)
    {
        var decision = Long() with { CreatedAt = Now - TimeSpan.FromSeconds(5) - (Epsilon * epsilons) };
        Assert.That(Code(decision, new() { MaxDecisionAgeS = 5m }), Is.EqualTo(code));
    }

    [TestCase(-1, null)]
    [TestCase(0, null)]
    [TestCase(1, "PRICE_STALE")]
    public void A_price_goes_stale_at_the_strictest_age(int epsilons, string? code)
    {
        var tick = Tick(observedAt: Now - TimeSpan.FromSeconds(2) - (Epsilon * epsilons));
        Assert.That(Check(Long(), tick: tick, gate: Limited(new() { MaxPriceAgeS = 2m })).Reason?.Code.Word, Is.EqualTo(code));
    }

    // 50 bps of 100,000 are 500, on either side.
    [TestCase("100499.9", null)]
    [TestCase("100500", null)]
    [TestCase("100500.1", "PRICE_OFF_ENTRY")]
    [TestCase("99500.1", null)]
    [TestCase("99500", null)]
    [TestCase("99499.9", "PRICE_OFF_ENTRY")]
    public void The_price_must_be_within_the_band_of_the_entry(string price, string? code)
    {
        var verdict = Check(Long() with { Entry = 100_000m }, tick: Tick(Number(price)), gate: Limited(new() { EntryBandBps = 50m }));
        Assert.That(verdict.Reason?.Code.Word, Is.EqualTo(code));
    }

    [Test]
    public void An_entry_that_no_price_can_be_compared_with_is_refused() =>
        Assert.That(Code(Long() with { Entry = 0m }, RiskLimits.None), Is.EqualTo("NUMBER_OUT_OF_RANGE"));

    [TestCase("1.999", null)]
    [TestCase("2", null)]
    [TestCase("2.001", "ORDER_QTY_LIMIT")]
    public void An_order_has_a_largest_quantity(string qty, string? code) => Sized(qty, new() { MaxOrderQty = 2m }, code);

    // At 100,000 each.
    [TestCase("1.999", null)]
    [TestCase("2", null)]
    [TestCase("2.001", "ORDER_NOTIONAL_LIMIT")]
    public void An_order_has_a_largest_notional(string qty, string? code) => Sized(qty, new() { MaxOrderNotional = 200_000m }, code);

    [TestCase("4.99", null)]
    [TestCase("5", null)]
    [TestCase("5.01", "LEVERAGE_TOO_HIGH")]
    public void Leverage_has_the_strictest_limit(string leverage, string? code)
    {
        var verdict = Check(Long() with { Leverage = Number(leverage) }, gate: Limited(new() { MaxLeverage = 5m }));
        Assert.That((verdict.Reason?.Code.Word, verdict.Reason?.NearestAcceptable), Is.EqualTo((code, code is null ? null : "5")));
    }

    [TestCase(1, null)]
    [TestCase(2, "OPEN_ORDERS_LIMIT")]
    [TestCase(3, "OPEN_ORDERS_LIMIT")]
    public void Another_order_must_fit_beside_the_open_ones(int open, string? code) =>
        Assert.That(Check(Long(), Rich with { OpenOrders = open }, gate: Limited(new() { MaxOpenOrders = 2 })).Reason?.Code.Word, Is.EqualTo(code));

    // 1 BTC is held already.
    [TestCase("0.999", null)]
    [TestCase("1", null)]
    [TestCase("1.001", "POSITION_LIMIT")]
    public void A_position_has_a_largest_notional(string qty, string? code) =>
        Sized(qty, new() { MaxPositionNotional = 200_000m }, code, Holding(1m));

    // The group is short 1: the first BTC only takes it back.
    [TestCase("2.999", null)]
    [TestCase("3", null)]
    [TestCase("3.001", "POSITION_LIMIT")]
    public void A_position_that_is_turned_counts_from_nothing(string qty, string? code) =>
        Sized(qty, new() { MaxPositionNotional = 200_000m }, code, Holding(-1m));

    // Another group is short 1 of the same: opposite positions do not cancel out.
    [TestCase("0.999", null)]
    [TestCase("1", null)]
    [TestCase("1.001", "SYMBOL_EXPOSURE_LIMIT")]
    public void An_accounts_exposure_in_a_symbol_counts_all_its_groups(string qty, string? code) =>
        Sized(qty, new() { MaxSymbolNotional = 200_000m }, code, Others(new Exposure("BTCUSDT", -1m, 100_000m, 10m, 100_000m, Own: false)));

    // 50 ETH at 2,000 of our own and 100,000 of another group.
    [TestCase("0.999", null)]
    [TestCase("1", null)]
    [TestCase("1.001", "ACCOUNT_EXPOSURE_LIMIT")]
    public void An_accounts_exposure_counts_everything(string qty, string? code) => Sized(
        qty,
        new() { MaxAccountNotional = 300_000m },
        code,
        Others(new Exposure("ETHUSDT", 50m, 2_000m, 10m, 2_000m), new Exposure("BTCUSDT", 1m, 100_000m, 10m, 100_000m, Own: false)));

    [TestCase("99.99", null)]
    [TestCase("100", "DAILY_LOSS_LIMIT")]
    [TestCase("100.01", "DAILY_LOSS_LIMIT")]
    public void A_daily_loss_stops_new_risk_when_it_is_reached(string loss, string? code)
    {
        var account = Rich with { AccountNet = -Number(loss) };
        Assert.That(Check(Long(), account, gate: Limited(new() { MaxDailyLoss = 100m })).Reason?.Code.Word, Is.EqualTo(code));
    }

    [TestCase("99.99", null)]
    [TestCase("100", "GROUP_DAILY_LOSS_LIMIT")]
    [TestCase("100.01", "GROUP_DAILY_LOSS_LIMIT")]
    public void A_groups_daily_loss_stops_it_when_it_is_reached(string loss, string? code)
    {
        var account = Rich with { GroupNet = -Number(loss) };
        Assert.That(Check(Long(), account, gate: Limited(new() { MaxGroupDailyLoss = 100m })).Reason?.Code.Word, Is.EqualTo(code));
    }

    [TestCase(-1, "GROUP_ORDER_RATE_LIMIT")]
    [TestCase(0, null)]
    [TestCase(1, null)]
    public void An_order_leaves_the_rate_after_60_seconds(int epsilons, string? code)
    {
        var account = Rich with { Group = Book(Now - RateWindow.Length - (Epsilon * epsilons)) };
        var verdict = Check(Long(), account, gate: Limited(new() { MaxGroupOrdersPerMinute = 1 }));
        Assert.That((verdict.Reason?.Code.Word, verdict.Trip?.Code.Word), Is.EqualTo((code, code)));
    }

    [TestCase(1, null)]
    [TestCase(2, null)]
    [TestCase(3, "ORDER_RATE_LIMIT")]
    public void An_account_has_so_many_orders_a_minute(int orders, string? code)
    {
        // This one is the last of them.
        var account = Rich with { Account = Book([.. Enumerable.Repeat(Now, orders - 1)]) };
        var verdict = Check(Long(), account, gate: Limited(new() { MaxOrdersPerMinute = 2 }));
        Assert.That((verdict.Reason?.Code.Word, verdict.Trip?.Code.Word), Is.EqualTo((code, code)));
    }

    [Test]
    public void What_reduces_passes_the_rate_and_still_trips_it()
    {
        var account = Holding(1m) with { Group = Book(Now, Now) };
        var gate = Limited(new() { MaxGroupOrdersPerMinute = 2 });
        foreach (var way in new[] { Long() with { Action = TradeAction.Close }, Long() with { Action = TradeAction.Short, Qty = 0.5m } })
        {
            var verdict = Check(way, account, gate: gate);
            Assert.That((verdict.Fill is not null, verdict.Trip?.Code.Word), Is.EqualTo((true, "GROUP_ORDER_RATE_LIMIT")));
        }
    }

    [TestCase(-1, "COOLDOWN")]
    [TestCase(0, null)]
    [TestCase(1, null)]
    public void A_cooldown_ends_when_its_time_is_over(int epsilons, string? code)
    {
        var group = new RiskBook();
        group.Lost(Now - TimeSpan.FromSeconds(60) - (Epsilon * epsilons));
        Assert.That(Check(Long(), Rich with { Group = group }, gate: Limited(new() { CooldownAfterLossS = 60 })).Reason?.Code.Word, Is.EqualTo(code));
    }

    [TestCase(-1, null)]
    [TestCase(0, "BLACKOUT")]
    [TestCase(1, "BLACKOUT")]
    public void A_blackout_begins_at_its_start(int epsilons, string? code) => Blackout(Now - (Epsilon * epsilons), Now.AddHours(1), code);

    [TestCase(-1, null)]
    [TestCase(0, null)]
    [TestCase(1, "BLACKOUT")]
    public void A_blackout_is_over_at_its_end(int epsilons, string? code) => Blackout(Now.AddHours(-1), Now + (Epsilon * epsilons), code);

    [TestCase("BTCUSDT", null)]
    [TestCase("ETHUSDT", "SYMBOL_NOT_ALLOWED")]
    public void Only_listed_symbols_are_traded(string symbol, string? code)
    {
        var verdict = Check(Long(symbol) with { MarginUsd = 1_000m }, tick: Tick(2_000m, symbol: symbol), gate: Limited(new() { Symbols = ["BTCUSDT"] }));
        Assert.That(verdict.Reason?.Code.Word, Is.EqualTo(code));
    }

    [Test]
    public void No_limit_holds_back_what_only_makes_the_position_smaller()
    {
        var strictest = new RiskLimits
        {
            MaxLeverage = 1m,
            MaxOrderQty = 0m,
            MaxOrderNotional = 0m,
            MaxOpenOrders = 0,
            MaxPositionNotional = 0m,
            MaxSymbolNotional = 0m,
            MaxAccountNotional = 0m,
            MaxDailyLoss = 0.01m,
            MaxGroupDailyLoss = 0.01m,
            CooldownAfterLossS = 86_400,
            Symbols = [],
            Blackouts = [new() { From = 0, To = 0 }],
        };
        var group = new RiskBook();
        group.Lost(Now);
        var account = Holding(1m) with { Group = group, AccountNet = -1_000m, GroupNet = -1_000m, OpenOrders = 9 };
        Assert.Multiple(() =>
        {
            Assert.That(Check(Long() with { Action = TradeAction.Close }, account, gate: Limited(strictest)).Fill?.Qty, Is.EqualTo(1m));
            Assert.That(Check(Long() with { Action = TradeAction.Short, Qty = 1m, Leverage = 1m }, account, gate: Limited(strictest)).Fill?.Qty, Is.EqualTo(1m));
            Assert.That(Check(Long() with { Action = TradeAction.Short, Qty = 1.001m, Leverage = 1m }, account, gate: Limited(strictest)).Fill, Is.Null);
        });
    }

    [Test]
    public void What_would_have_been_accepted_is_told_in_the_unit_that_was_asked_in()
    {
        var limits = new RiskLimits { MaxOrderNotional = 50_000m };
        var bySize = Check(Long() with { Qty = 1m }, gate: Limited(limits)).Reason!;
        var byMargin = Check(Long() with { MarginUsd = 6_000m }, gate: Limited(limits)).Reason!;
        Assert.Multiple(() =>
        {
            Assert.That(bySize.NearestAcceptable, Is.EqualTo("0.5"));
            Assert.That(byMargin.NearestAcceptable, Is.EqualTo("5000"));
            Assert.That(byMargin.Message, Does.EndWith("margin_usd 5000 would do."));
        });
    }

    [Test]
    public void Where_nothing_would_have_been_accepted_nothing_is_named() =>
        Assert.That(Check(Long() with { Qty = 1m }, gate: Limited(new() { MaxOrderNotional = 99m })).Reason!.NearestAcceptable, Is.Null);

    private static void Sized(string qty, RiskLimits limits, string? code, AccountState? account = null)
    {
        var (held, gate) = (account ?? Rich, Limited(limits));
        var verdict = Check(Long() with { Qty = Number(qty) }, held, gate: gate);
        Assert.That(verdict.Reason?.Code.Word, Is.EqualTo(code));
        if (verdict.Reason is { } reason)
        {
            Assert.That((reason.Limit, reason.Value), Is.Not.EqualTo(((string?)null, (string?)null)));
            Assert.That(Check(Long() with { Qty = Number(reason.NearestAcceptable!) }, held, gate: gate).Reason, Is.Null, reason.NearestAcceptable);
        }
    }

    private static void Blackout(DateTimeOffset start, DateTimeOffset end, string? code) =>
        Assert.That(Code(Long(), new() { Blackouts = [new() { Start = start, End = end }] }), Is.EqualTo(code));

    private static string? Code(TradeDecision decision, RiskLimits limits) => Check(decision, gate: Limited(limits)).Reason?.Code.Word;

    private static AccountState Others(params Exposure[] exposures) => new(1_000_000m, exposures);

    private static RiskBook Book(params DateTimeOffset[] orders)
    {
        var book = new RiskBook();
        foreach (var at in orders)
        {
            book.Orders.Add(at);
        }

        return book;
    }

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
