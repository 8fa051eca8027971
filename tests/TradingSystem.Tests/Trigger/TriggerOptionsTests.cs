using Microsoft.Extensions.Configuration;
using NUnit.Framework;
using TradingSystem.Trigger;

namespace TradingSystem.Tests.Trigger;

public sealed class TriggerOptionsTests
{
    [Test]
    public void Defaults_hold()
    {
        var options = From();
        Assert.Multiple(() =>
        {
            Assert.That(options.Market, Is.EqualTo(MarketKind.Auto));
            Assert.That(options.Symbols, Is.EqualTo(new[] { "BTCUSDT", "ETHUSDT", "SOLUSDT" }));
            Assert.That(options.Seed, Is.EqualTo(TriggerOptions.DefaultSeed));
            Assert.That((options.Rules.Enabled, options.Rules.Symbols), Is.EqualTo((true, "BTCUSDT")));
        });
    }

    [TestCase("MARKET", "Live", "MARKET must be auto, live, simulated or replay:FILE@SPEED")]
    [TestCase("MARKET", "replay:none.csv@600", "FILE must exist")]
    [TestCase("MARKET", "replay:none.csv@0", "SPEED must be market seconds per wall second, above 0")]
    [TestCase("MARKET", "replay:none.csv@fast", "SPEED must be market seconds per wall second, above 0")]
    [TestCase("SYMBOLS", "BTCUSDT,b", "SYMBOLS must be 1 to 20 different symbols")]
    [TestCase("SYMBOLS", "BTCUSDT,btcusdt", "SYMBOLS must be 1 to 20 different symbols")]
    [TestCase("MARKET_SEED", "-1", "MARKET_SEED must be a whole number of at least 0")]
    [TestCase("Trigger:Rules:Symbols", "BTCUSDT,", "Symbols must be symbols, comma-separated, or *, got 'BTCUSDT,'")]
    [TestCase("Trigger:Live:DeadAfter", "00:00:01", "Trigger:Live:DeadAfter must be from 2 s")]
    [TestCase("Trigger:Live:RenewAfter", "1.00:00:00", "Trigger:Live:RenewAfter must be from 1 min to 24 h less LongestOverlap")]
    public void A_setting_that_breaks_its_rule_is_named(string key, string value, string message)
    {
        var e = Assert.Throws<InvalidOperationException>(() => From((key, value)))!;
        Assert.That(e.Message, Does.Contain(message));
    }

    [Test]
    public void Symbols_are_read_in_any_case()
    {
        Assert.That(From(("SYMBOLS", "btcusdt, EthUsdt")).Symbols, Is.EqualTo(new[] { "BTCUSDT", "ETHUSDT" }));
    }

    internal static TriggerOptions From(params (string Key, string Value)[] settings) =>
        TriggerOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build());
}
