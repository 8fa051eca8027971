using NUnit.Framework;
using TradingSystem.Trigger.Rules;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Tests.Trigger.Rules;

[TestFixture]
public sealed class StoredRuleTests
{
    private const string When = """{"left":{"candle":"close"},"op":"gt","right":{"value":1}}""";

    [Test]
    public void One_that_can_be_looked_at_has_no_fault()
    {
        var stored = Of($$"""{"name":"n","symbols":["BTCUSDT"],"when":{{When}},"title":"t"}""");

        Assert.That((stored.Document.Name, stored.Document.Symbols[0], stored.Fault), Is.EqualTo(("n", "BTCUSDT", (string?)null)));
    }

    [TestCase("""{"name":"n","when":WHEN,"title":"t"}""", "symbols: ")]
    [TestCase("""{"name":"n","symbols":null,"when":WHEN,"title":"t"}""", "symbols: ")]
    [TestCase("""{"name":"n","symbols":["BTCUSDT"],"title":"t"}""", "when: ")]
    [TestCase("""{"name":"n","symbols":["BTCUSDT"],"when":WHEN}""", "title: ")]
    [TestCase("""{"name":"n","symbols":7,"when":WHEN,"title":"t"}""", "symbols: ")]
    [TestCase("""{"symbols":["BTCUSDT"],"when":WHEN,"title":"t"}""", "name: ")]
    [TestCase("[]", "it is no rule")]
    [TestCase("null", "it is no rule")]
    public void One_that_cannot_be_read_has_its_name_alone_and_the_reason(string document, string reason)
    {
        var stored = Of(document.Replace("WHEN", When, StringComparison.Ordinal));

        Assert.That((stored.Document.Name, stored.Document.Symbols.Count, stored.Document.Title), Is.EqualTo(("kept", 0, "")));
        Assert.That(stored.Fault, Does.StartWith($"this version of the service cannot use it: {reason}"));
    }

    [TestCase("""{"left":{"candle":"close"},"op":"between"}""", "when.op: ")]
    [TestCase("""{"all":[null]}""", "when.all[0]: ")]
    [TestCase("{}", "when: ")]
    public void One_that_can_be_read_and_not_be_made_is_told_as_it_is_with_the_reason(string when, string reason)
    {
        var stored = Of($$"""{"name":"n","symbols":["BTCUSDT"],"when":{{when}},"title":"t"}""");

        Assert.That((stored.Document.Name, stored.Document.Symbols[0]), Is.EqualTo(("n", "BTCUSDT")));
        Assert.That(stored.Fault, Does.StartWith($"this version of the service cannot use it: {reason}"));
    }

    [Test]
    public void One_that_is_nested_deeper_than_anybody_reads_is_told_as_well()
    {
        var when = string.Concat(Enumerable.Repeat("""{"not":""", 200)) + When + new string('}', 200);

        Assert.That(Of($$"""{"name":"n","symbols":["BTCUSDT"],"when":{{when}},"title":"t"}""").Fault, Is.Not.Null);
    }

    private static StoredRule Of(string document) => StoredRule.Of(
        "kept", new RuleVersionRow { RuleId = Guid.NewGuid(), Version = 1, Document = document, Actor = "a", CreatedAt = DateTimeOffset.UnixEpoch });
}
