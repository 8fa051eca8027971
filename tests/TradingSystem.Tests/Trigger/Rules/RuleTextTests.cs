using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Rules;

namespace TradingSystem.Tests.Trigger.Rules;

[TestFixture]
public sealed class RuleTextTests
{
    [TestCase("{{ symbol }} {{ interval }} {{ direction }} {{ price }}", "BTCUSDT 1m up 95,012.30")]
    [TestCase("{{ change_bps | round: 1 }} bps", "52.3 bps")]
    [TestCase("{{ clauses[0].left }} {{ clauses[0].left_value | round: 2 }} {{ clauses[0].op }} {{ clauses[0].right }}", "rsi(period 14) 28.12 lt 30")]
    [TestCase("{% if direction == 'up' %}rose{% else %}fell{% endif %}", "rose")]
    [TestCase("{{ symbol }} falls...", "BTCUSDT falls...")]
    [TestCase("{{ mark_price }} {{ funding_rate | times: 10000 | round: 2 }} bps", "95010.5 1.25 bps")]
    [TestCase("{{ nothing }}<b>{{ symbol }}</b>", "<b>BTCUSDT</b>")]
    public void A_template_is_liquid_over_the_events_figures(string template, string text) => Assert.That(Title(template), Is.EqualTo(text));

    /// <summary>It is not 0.</summary>
    [TestCase("{{ mark_price | minus: 100 }} {{ funding_rate | times: 10000 | round: 1 }} bps", "  bps")]
    [TestCase("{{ 5 | plus: funding_rate }}{{ 5 | at_least: mark_price }}.", ".")]
    [TestCase("{{ funding_rate | times: 10000 | default: '?' }} bps", "? bps")]
    [TestCase("{% if mark_price %}{{ mark_price }}{% else %}no mark{% endif %}", "no mark")]
    public void Of_a_figure_that_is_not_known_nothing_is_computed(string template, string text) =>
        Assert.That(Title(template, isKnown: false), Is.EqualTo(text));

    [Test]
    public void A_title_that_comes_to_nothing_is_the_rules_name() => Assert.That(Title("{{ nothing }}"), Is.EqualTo("dip"));

    [Test]
    public void A_text_is_one_line_and_bounded()
    {
        Assert.That(Title("a{{ \"\n\" }}b"), Is.EqualTo("a b"));
        Assert.That(Title(string.Concat(Enumerable.Repeat("{{clauses[0].left}}", 100))), Has.Length.EqualTo(1_000));
    }

    [TestCase("{% include 'passwd' %}")]
    [TestCase("{% render 'passwd' %}")]
    [TestCase("{% for c in clauses %}x{% endfor %}")]
    [TestCase("{% assign a = symbol | append: symbol %}{{ a }}")]
    [TestCase("{% capture a %}{{ symbol }}{% endcapture %}")]
    [TestCase("{{ symbol | replace: 'T', 'TTTTTTTTTT' }}")]
    [TestCase("{{ symbol | no_such_filter }}")]
    [TestCase("{{ (1..1000000000) }}")]
    [TestCase("{{ '}' | default: (1..3) }}")]
    [TestCase("{% if '}' == (1..3) %}x{% endif %}")]
    [TestCase("{{ symbol | round: }")]
    public void What_reaches_out_or_could_grow_is_refused(string template) => Assert.That(RuleText.Fault(template), Does.StartWith("Liquid"));

    private static string Title(string template, bool isKnown = true)
    {
        Assert.That(RuleText.Fault(template), Is.Null);
        var rule = new ArmedRule(Guid.NewGuid(), 1, default, new("dip", ["BTCUSDT"], new(), template));
        var candle = new Candle("BTCUSDT", "1m", DateTimeOffset.UnixEpoch, 95_000.25m, 95_020m, 94_990m, 95_012.3m, 7, true, 95_010.500m, 0.000125m);
        candle = isKnown ? candle : candle with { MarkPrice = null, FundingRate = null };
        return rule.Text.Of(new(rule, candle, candle.OpenTime, "up", 0.523m, [new("when", "rsi(period 14)", 28.1234m, "lt", "30", 30, true)])).Title;
    }
}
