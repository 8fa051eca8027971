using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.TradingGroup.Discussions;
using TradingSystem.TradingGroup.Roles;
using TradingSystem.TradingGroup.Settings;

namespace TradingSystem.Tests.TradingGroup.Discussions;

[TestFixture]
public sealed class PanelTests
{
    private static readonly TradingGroupOptions Options = new();

    [Test]
    public void A_fresh_cross_upwards_is_bought()
    {
        var minutes = Panel.Hear(Crossed())(0);

        Assert.That(minutes.Verdict.Action, Is.EqualTo(TradeAction.Long), minutes.Verdict.Reasoning);
        Assert.That(minutes.Verdict.MarginUsd, Is.EqualTo(100));
        Assert.That(minutes.Verdict.StopLoss, Is.LessThan(Crossed().Price));
        Assert.That(minutes.Verdict.TakeProfit, Is.GreaterThan(Crossed().Price));
        Assert.That(minutes.Opinions.Select(o => o.Role), Is.EqualTo(new[] { "technical_analyst", "risk_analyst", "group_leader" }));
        Assert.That(minutes.Opinions[0].Reasoning, Does.Contain("EMA 8").And.Contain("RSI 14").And.Contain("MACD"));
    }

    [Test]
    public void The_mirrored_market_is_sold()
    {
        var mirrored = Bars.Of(Bars.CrossedUp().Select(c => 190_000 - c.Close));

        var minutes = Panel.Hear(new Briefing(Bars.Group(), "1m", mirrored, mirrored[^1].Close, -1, Options))(0);

        Assert.That(minutes.Verdict.Action, Is.EqualTo(TradeAction.Short), minutes.Verdict.Reasoning);
        Assert.That(minutes.Verdict.StopLoss, Is.GreaterThan(mirrored[^1].Close));
    }

    [Test]
    public void Who_is_long_already_does_not_pyramid()
    {
        var verdict = Panel.Hear(Crossed())(1).Verdict;

        Assert.That(verdict.Action, Is.EqualTo(TradeAction.NoTrade));
        Assert.That(verdict.Direction, Is.EqualTo(1));
        Assert.That(verdict.Reasoning, Does.Contain("already long"));
    }

    [Test]
    public void A_confident_reversal_flips_with_the_margin_of_both()
    {
        var verdict = Panel.Hear(Crossed() with { Options = new() { FlipConfidencePct = 60 } })(-1).Verdict;

        Assert.That((verdict.Action, verdict.MarginUsd, verdict.Direction), Is.EqualTo((TradeAction.Long, 200m, 1)));
    }

    [Test]
    public void A_moderate_reversal_only_closes()
    {
        var verdict = Panel.Hear(Crossed() with { Options = new() { FlipConfidencePct = 100 } })(-1).Verdict;

        Assert.That((verdict.Action, verdict.MarginUsd, verdict.Direction), Is.EqualTo((TradeAction.Close, 0m, 0)));
    }

    [Test]
    public void Below_the_threshold_nothing_is_traded()
    {
        var verdict = Panel.Hear(Crossed() with { Options = new() { MinConfidencePct = 100, FlipConfidencePct = 100 } })(0).Verdict;

        Assert.That(verdict.Action, Is.EqualTo(TradeAction.NoTrade));
        Assert.That(verdict.Reasoning, Does.Contain("threshold"));
    }

    [Test]
    public void Risk_vetoes_a_spike()
    {
        var candles = Bars.CrossedUp();
        var last = candles[^1];
        candles[^1] = last with { High = last.High + 500 };

        var minutes = Panel.Hear(new Briefing(Bars.Group(), "1m", candles, last.Close, 1, Options))(0);

        Assert.That(minutes.Verdict.Action, Is.EqualTo(TradeAction.NoTrade));
        Assert.That(minutes.Opinions[1].Stance, Is.EqualTo("veto"));
    }

    [Test]
    public void A_market_that_stands_still_is_not_traded()
    {
        var still = Bars.Of(Enumerable.Repeat(100m, 60), wick: 0);

        Assert.That(Panel.Hear(new Briefing(Bars.Group(), "1m", still, 100, 0, Options))(0).Verdict.Action, Is.EqualTo(TradeAction.NoTrade));
    }

    [Test]
    public void Without_data_every_member_says_so_and_the_stance_stays()
    {
        var group = Bars.Group(
            new GroupMember(Guid.NewGuid(), "Ann", "technical_analyst", "openai", "some-model", ""),
            new GroupMember(Guid.NewGuid(), "Bob", "poet", "rules", "", ""));

        var minutes = Panel.WithoutData(group, "3 candles are known")(-1);

        Assert.That(
            minutes.Opinions.Select(o => (o.Member, o.Stance)),
            Is.EqualTo(new[] { ("Ann", "no_data"), ("risk_analyst", "no_data"), ("Bob", "abstain"), ("group_leader", "no_trade") }));
        Assert.That(minutes.Opinions[0].Provider, Is.EqualTo("rules"), "an opinion names who really gave it");
        Assert.That((minutes.Verdict.Action, minutes.Verdict.Direction), Is.EqualTo((TradeAction.NoTrade, -1)));
    }

    private static Briefing Crossed()
    {
        var candles = Bars.CrossedUp();
        return new(Bars.Group(), "1m", candles, candles[^1].Close, 1, Options);
    }
}
