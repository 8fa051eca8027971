using NUnit.Framework;
using TradingSystem.Trigger.Hooks;

namespace TradingSystem.Tests.Trigger.Hooks;

[TestFixture]
public sealed class HookTextTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 2, 14, 0, 0, 250, TimeSpan.FromHours(2));

    [TestCase("{{ body.ticker }} {{ body.order.qty | times: 2 }} of {{ hook }}", "BTC 3.0 of tv")]
    [TestCase("{{ body.list[1] }} {{ body.flag }} {{ received_at }}", "b true 2026-03-02T12:00:00.250Z")]
    [TestCase("{% if body.price > 10 %}much{% else %}little{% endif %}", "much")]
    [TestCase("{{ body.missing }}{{ body.missing.more }}x", "x")]
    [TestCase("{{ body.missing }}", "tv")]
    public void A_title_is_liquid_over_the_body(string template, string title) =>
        Assert.That(
            new HookText(Alerts.Hook with { Title = template }).Of(Alerts.Json("""{"ticker":"BTC","price":10.5,"order":{"qty":1.5},"list":["a","b"],"flag":true}"""), Noon).Title,
            Is.EqualTo(title));

    [TestCase("""{"size":2.5,"order":{"size":7},"a":1}""", "2.5 7")]
    [TestCase("""{"order":{"qty":7},"a":1}""", "")]
    public void A_field_that_is_named_size_is_the_senders_and_nothing_else_is(string body, string title) =>
        Assert.That(
            new HookText(Alerts.Hook with { Title = "x{{ body.size }} {{ body.order.size }}" }).Of(Alerts.Json(body), Noon).Title.TrimEnd(), Is.EqualTo($"x{title}"));

    [Test]
    public void Of_a_long_text_the_first_characters_are_kept() =>
        Assert.That(
            new HookText(Alerts.Hook with { Title = string.Concat(Enumerable.Repeat("{{ body.a }}", 60)) }).Of(Alerts.Json($$"""{"a":"{{new string('y', 60_000)}}"}"""), Noon).Title,
            Is.EqualTo(new string('y', 1_000)));

    [TestCase("{{ ticker }}")]
    [TestCase("{{ body.ticker")]
    [TestCase("{% for l in body.lines %}x{% endfor %}")]
    [TestCase("{{ body.a | no_such_filter }}")]
    [TestCase("{{ (1..10) }}")]
    public void What_could_grow_or_is_not_there_is_refused(string template) => Assert.That(HookText.Fault(template), Does.StartWith("Liquid"));

    [TestCase("{{ body.ticker }} {{ body.order.qty | divided_by: body.price | round: 2 }} {{ hook }} {{ received_at }}")]
    [TestCase("{% if body.side == 'buy' %}up{% endif %}")]
    public void What_a_body_may_have_is_let_pass(string template) => Assert.That(HookText.Fault(template), Is.Null);

    [TestCase("""{"id":7,"bar":"a"}""", "7-a", false)]
    [TestCase("""{"id":7}""", null, true)]
    [TestCase("""{"id":7,"bar":null}""", null, true)]
    [TestCase("""{}""", null, true)]
    [TestCase("""{"id":7,"bar":""}""", null, true)]
    [TestCase("""{"id":7,"bar":" "}""", null, true)]
    [TestCase("""{"id":7,"bar":{"a":1}}""", null, true)]
    [TestCase("""{"id":7,"bar":["a"]}""", null, true)]
    public void A_key_has_all_of_its_fields_or_is_none(string body, string? key, bool isFault)
    {
        var made = new HookText(Alerts.Hook with { Key = "{{ body.id }}-{{ body.bar }}" }).KeyOf(Alerts.Json(body), Noon, out var fault);
        Assert.That((made, fault is not null), Is.EqualTo((key, isFault)), fault);
    }

    [Test]
    public void An_event_is_immediate_for_the_hooks_targets_whatever_the_body_says()
    {
        var document = Alerts.Hook with { Auth = new(HookWords.Body, Field: "secret"), Tags = ["tv", "breakout"], Targets = ["alpha"] };
        var hook = new ArmedHook(Guid.NewGuid(), 3, document, new(document), [], null, new(60, TimeProvider.System));
        var body = Alerts.Json("""{"secret":"***","ticker":"BTC","price":1.50,"event_type":"post_trade","targets":["*"],"priority":10,"kind":"decision"}""");
        var item = HookEvents.Of(hook, Guid.CreateVersion7(Noon), body, Noon);

        Assert.That((item.SourceId, item.Priority, item.Title, item.Condition), Is.EqualTo(("hook:tv", 5, "BTC at 1.5", (string?)null)));
        Assert.That((string.Join(',', item.Targets), string.Join(',', item.Tags)), Is.EqualTo(("alpha", "hook,tv,breakout")));
        var payload = Alerts.Json(item.Payload);
        Assert.That(payload.GetProperty("fields").TryGetProperty("secret", out _), Is.False);
        Assert.That(payload.GetProperty("fields").GetProperty("price").GetRawText(), Is.EqualTo("1.50"));
    }
}
