using System.Text.Json;
using NUnit.Framework;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Trigger.Blackouts;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Tests.Trigger.Blackouts;

[TestFixture]
public sealed class BlackoutReaderTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    [TestCase("""{"name":"cpi","targets":["*","symbol:BTCUSDT","alpha"],"enabled":true,"mutes":false,"holds_entries":true,"reason":"CPI","from":"2026-03-10T12:25:00+00:00","until":"2026-03-10T13:00:00+00:00"}""")]
    [TestCase("""{"name":"open","targets":["market:crypto"],"cron":"25 9 * * 1-5","zone":"America/New_York","for_s":600}""")]
    public void A_blackout_is_read_whole_and_kept_as_it_was_written(string good)
    {
        var (blackout, faults) = Read(good);
        Assert.That(faults, Is.Empty);
        Assert.That(JsonElement.DeepEquals(JsonDocument.Parse(BlackoutJson.Write(blackout)).RootElement, JsonDocument.Parse(good).RootElement), BlackoutJson.Write(blackout));
        Assert.That(BlackoutJson.Write(BlackoutJson.Read(BlackoutJson.Write(blackout))), Is.EqualTo(BlackoutJson.Write(blackout)));
    }

    [TestCase("{}", "name targets from")]
    [TestCase("""{"name":"A b","targets":[],"cron":"0 9 * * *","zone":"UTC","for_s":60}""", "name targets")]
    [TestCase("""{"name":"a","targets":["*"],"from":"2026-03-10T12:25:00Z"}""", "until")]
    [TestCase("""{"name":"a","targets":["*"],"from":"2026-03-10T12:25:00Z","until":"2026-03-10T12:25:00Z"}""", "until")]
    [TestCase("""{"name":"a","targets":["*"],"from":"2026-03-10T12:25:00Z","until":"2027-03-12T12:25:00Z"}""", "until")]
    [TestCase("""{"name":"a","targets":["*"],"from":"2026-03-01T12:25:00Z","until":"2026-03-02T12:00:00Z"}""", "until")]
    [TestCase("""{"name":"a","targets":["*"],"from":"2026-03-10","until":"2026-03-11T12:25:00Z"}""", "from")]
    [TestCase("""{"name":"a","targets":["*"],"cron":"0 9 * * *"}""", "zone for_s")]
    [TestCase("""{"name":"a","targets":["*"],"cron":"0 9 * * *","zone":"UTC","for_s":59}""", "for_s")]
    [TestCase("""{"name":"a","targets":["*"],"cron":"0 9 * * *","zone":"UTC","for_s":604801}""", "for_s")]
    [TestCase("""{"name":"a","targets":["*"],"cron":"0 25 * * *","zone":"UTC","for_s":60}""", "cron")]
    [TestCase("""{"name":"a","targets":["*"],"cron":"0 9 * * *","zone":"Eastern Standard Time","for_s":60}""", "zone")]
    [TestCase("""{"name":"a","targets":["*"],"cron":"0 9 * * *","zone":"UTC","for_s":60,"until":"2026-03-11T12:25:00Z"}""", "cron")]
    [TestCase("""{"name":"a","targets":["*"],"mutes":false,"cron":"0 9 * * *","zone":"UTC","for_s":60}""", "mutes")]
    [TestCase("""{"name":"a","targets":["*","market:crypto"],"holds_entries":true,"cron":"0 9 * * *","zone":"UTC","for_s":60}""", "targets[1]")]
    [TestCase("""{"name":"a","targets":["Symbol:BTCUSDT","symbol:","my group","alpha"],"cron":"0 9 * * *","zone":"UTC","for_s":60}""", "targets[0] targets[1] targets[2]")]
    [TestCase("""{"name":"a","targets":["one\nline"],"cron":"0 9 * * *","zone":"UTC","for_s":60}""", "targets[0]")]
    [TestCase("""{"name":"a","targets":["*"],"cron":"0 9 * * *","zone":"UTC","for_s":60,"holds_entrys":true}""", "holds_entrys")]
    [TestCase("""{"name":"a","targets":["*"],"cron":"0 9 * * *","zone":"UTC","for_s":60,"holds_entries":"yes"}""", "holds_entries")]
    public void What_is_wrong_is_named_by_its_path(string json, string paths) =>
        Assert.That(string.Join(' ', Read(json).Faults.Select(f => f.Path)), Is.EqualTo(paths));

    [Test]
    public void One_that_cannot_be_read_mutes_nobody_and_is_told()
    {
        foreach (var document in new[] { "{}", "[]", """{"name":"a","targets":["*"],"cron":"0 9 * * *","zone":"Mars/Olympus_Mons","for_s":60}""" })
        {
            var blackout = Blackout.Of(new BlackoutRow { Id = Guid.Empty, Name = "a", Version = 1, Document = document });
            Assert.That(blackout.Fault, Is.Not.Null);
            Assert.That((blackout.Document.Name, new Mutes([blackout]).Of("alpha", "crypto", "BTCUSDT", Now)), Is.EqualTo(("a", (Mute?)null)));
        }
    }

    [Test]
    public void Of_several_the_one_that_lasts_longest_mutes()
    {
        var mutes = new Mutes([Once("short", 5), Once("long", 10), Once("other", 20) with { Document = Once("other", 20).Document with { Targets = ["beta"] } }]);
        Assert.That(mutes.Of("alpha", "crypto", "BTCUSDT", Now), Is.EqualTo(new Mute("long", Now.AddMinutes(10))));
        Assert.That(mutes.Of("alpha", "crypto", "BTCUSDT", Now.AddMinutes(10)), Is.Null);
    }

    private static Blackout Once(string name, int minutes) => Blackout.Of(new()
    {
        Id = Guid.NewGuid(),
        Name = name,
        Version = 1,
        Document = BlackoutJson.Write(new(name, ["*"], From: Now, Until: Now.AddMinutes(minutes))),
    });

    private static (BlackoutDocument Blackout, List<FieldError> Faults) Read(string json)
    {
        var faults = new List<FieldError>();
        using var document = JsonDocument.Parse(json);
        return (BlackoutReader.Read(new FieldReader(document.RootElement, "", faults), Now), faults);
    }
}
