using NUnit.Framework;
using TradingSystem.Trigger.Hooks;

namespace TradingSystem.Tests.Trigger.Hooks;

[TestFixture]
public sealed class HookCheckTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly HookDocument Hook = Alerts.Hook with { Required = ["ticker"], Numbers = ["price", "order.qty"], Time = "time", MaxAgeS = 60 };

    [TestCase("""{"ticker":"BTC","price":1.5,"order":{"qty":-2e3},"time":"2026-03-02T12:00:00Z"}""")]
    [TestCase("""{"ticker":"BTC","time":"2026-03-02T14:00:00+02:00"}""")]
    [TestCase("""{"ticker":"BTC","time":1772452800}""")]
    [TestCase("""{"ticker":"BTC","time":"1772452800000"}""")]
    [TestCase("""{"ticker":"BTC","time":"2026-03-02T11:59:00Z"}""")]
    [TestCase("""{"ticker":"BTC","time":"2026-03-02T12:01:00Z"}""")]
    [TestCase("ticker=BTC\nprice=1.5\norder.qty=0.0\ntime=1772452800")]
    public void What_is_as_the_hook_wants_it_is_taken(string body) => Assert.That(Alerts.Check(body, Hook, Noon), Is.Empty);

    [TestCase("price", "\"NaN\"", "a number")]
    [TestCase("price", "\"60000\"", "a number")]
    [TestCase("price", "\"n/a\"", "a number")]
    [TestCase("price", "null", "a number")]
    [TestCase("price", "true", "a number")]
    [TestCase("price", "1e300", "a number")]
    [TestCase("price", "1e-40", "a number")]
    [TestCase("price", "\"{{close}}\"", "filled in")]
    [TestCase("note", "\"at {{ close }} now\"", "filled in")]
    [TestCase("time", "\"2026-03-02T11:58:59Z\"", "at most 60 s ago")]
    [TestCase("time", "\"2026-03-02T12:01:01Z\"", "at most 60 s ahead")]
    [TestCase("time", "\"2026-03-02 12:00\"", "RFC 3339")]
    [TestCase("time", "99999999999999999", "RFC 3339")]
    [TestCase("time", "-1", "RFC 3339")]
    [TestCase("time", "null", "RFC 3339")]
    public void What_is_not_is_named_by_its_field(string field, string value, string rule)
    {
        var others = string.Concat(new[] { ("ticker", "\"BTC\""), ("time", "\"2026-03-02T12:00:00Z\"") }.Where(o => o.Item1 != field).Select(o => $",\"{o.Item1}\":{o.Item2}"));
        var fault = Alerts.Check($$"""{"{{field}}":{{value}}{{others}}}""", Hook, Noon).Single();

        Assert.That((fault.Path, fault.Rule), Is.EqualTo((field, fault.Rule)));
        Assert.That(fault.Rule, Does.StartWith(rule));
    }

    [Test]
    public void Everything_that_is_wrong_is_told_at_once_and_each_field_once() =>
        Assert.That(
            Alerts.Check("""{"price":"NaN","order":{"qty":"{{qty}}"},"a":[1,"{{x}}"]}""", Hook, Noon).Select(f => f.Path),
            Is.EqualTo(new[] { "order.qty", "a[1]", "ticker", "price", "time" }));

    [TestCase("price=NaN\nticker=BTC\ntime=1772452800", "price")]
    [TestCase("price=\nticker=BTC\ntime=1772452800", "price")]
    [TestCase("price=1,000.5\nticker=BTC\ntime=1772452800", "price")]
    [TestCase("ticker={{ticker}}\ntime=1772452800", "ticker")]
    public void Pairs_are_held_to_the_same(string body, string path) => Assert.That(Alerts.Check(body, Hook, Noon).Single().Path, Is.EqualTo(path));

    [Test]
    public void A_line_of_text_that_was_not_filled_in_is_named_once() =>
        Assert.That(Alerts.Check("Buy\n{{ticker}} now", Alerts.Hook).Select(f => f.Path), Is.EqualTo(new[] { "line2" }));
}
