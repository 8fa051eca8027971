using System.Text.Json;
using NUnit.Framework;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Hosting.Outbound;
using TradingSystem.Trigger.News;

namespace TradingSystem.Tests.Trigger.News;

[TestFixture]
public sealed class NewsFeedReaderTests
{
    private static readonly OutboundGate Gate = new(new OutboundOptions().Validated());

    [Test]
    public void A_feed_is_read_whole_and_kept_as_it_was_written()
    {
        const string Good = """
            {"name":"desk","url":"https://example.org/rss?all=1","enabled":false,"interval_s":60,"priority":8,"targets":["*"],"symbols":["SOLUSDT"],
             "aliases":{"BTCUSDT":["digital gold","xbt"]},"tags":["desk"]}
            """;
        var (feed, faults) = Read(Good);
        Assert.That(faults, Is.Empty);
        Assert.That(JsonElement.DeepEquals(JsonDocument.Parse(NewsJson.Write(feed)).RootElement, JsonDocument.Parse(Good).RootElement), NewsJson.Write(feed));
        Assert.That(NewsJson.Write(NewsJson.Read(NewsJson.Write(feed))), Is.EqualTo(NewsJson.Write(feed)));
    }

    [TestCase("{}", "name url")]
    [TestCase("""{"name":"A b","url":"https://example.org/"}""", "name")]
    [TestCase("""{"name":"a","url":"ftp://example.org/"}""", "url")]
    [TestCase("""{"name":"a","url":"file:///etc/passwd"}""", "url")]
    [TestCase("""{"name":"a","url":"/rss"}""", "url")]
    [TestCase("""{"name":"a","url":"https://me:secret@example.org/"}""", "url")]
    [TestCase("""{"name":"a","url":"http://127.0.0.1/rss"}""", "url")]
    [TestCase("""{"name":"a","url":"http://169.254.169.254/latest"}""", "url")]
    [TestCase("""{"name":"a","url":"http://[::1]/rss"}""", "url")]
    [TestCase("""{"name":"a","url":"http://[::ffff:10.0.0.1]/rss"}""", "url")]
    [TestCase("""{"name":"a","url":"https://example.org/","interval_s":59}""", "interval_s")]
    [TestCase("""{"name":"a","url":"https://example.org/","priority":11}""", "priority")]
    [TestCase("""{"name":"a","url":"https://example.org/","symbols":["BTCUSDT","btc","BTCUSDT"]}""", "symbols[1] symbols[2]")]
    [TestCase("""{"name":"a","url":"https://example.org/","aliases":{"btc":["x1"],"BTCUSDT":["ok","!"],"ETHUSDT":[]}}""", "aliases.btc aliases.BTCUSDT[1] aliases.ETHUSDT")]
    [TestCase("""{"name":"a","url":"https://example.org/","tags":["one\nline"]}""", "tags[0]")]
    [TestCase("""{"name":"a","url":"https://example.org/","targets":[]}""", "targets")]
    [TestCase("""{"name":"a","url":"https://example.org/","intervall_s":60}""", "intervall_s")]
    public void What_is_wrong_is_named_by_its_path(string json, string paths)
    {
        var (_, faults) = Read(json);
        Assert.That(string.Join(' ', faults.Select(f => f.Path)), Is.EqualTo(paths));
        Assert.That(faults.Select(f => f.Got), Has.None.Contains("secret"));
    }

    [Test]
    public void An_address_that_a_setting_allows_is_one() =>
        Assert.That(Read("""{"name":"a","url":"http://127.0.0.1:8080/rss"}""", new(new OutboundOptions { AllowPrivate = "127.0.0.1" }.Validated())).Faults, Is.Empty);

    private static (NewsFeedDocument Feed, List<FieldError> Faults) Read(string json, OutboundGate? gate = null)
    {
        var faults = new List<FieldError>();
        using var document = JsonDocument.Parse(json);
        return (NewsFeedReader.Read(new FieldReader(document.RootElement, "", faults), gate ?? Gate), faults);
    }
}
