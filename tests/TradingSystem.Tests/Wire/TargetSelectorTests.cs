using NUnit.Framework;
using TradingSystem.Contracts.Wire;

namespace TradingSystem.Tests.Wire;

public sealed class TargetSelectorTests
{
    [TestCase("trade_crypto_btcusdt_15m", true)]
    [TestCase("*", true)]
    [TestCase("market:crypto", true)]
    [TestCase("symbol:btcusdt", true)]
    [TestCase("TRADE_CRYPTO_BTCUSDT_15M", false)]
    [TestCase("symbol:ETHUSDT", false)]
    [TestCase("market:", false)]
    [TestCase("", false)]
    public void A_target_addresses_a_group_by_name_or_selector(string target, bool matches) =>
        Assert.That(TargetSelector.Matches(["other", target], "trade_crypto_btcusdt_15m", "crypto", "BTCUSDT"), Is.EqualTo(matches));

    [Test]
    public void The_same_namespace_and_name_give_the_same_id_as_the_rfc_says() =>
        Assert.That(
            NameBasedGuid.Create(Guid.Parse("6ba7b810-9dad-11d1-80b4-00c04fd430c8"), "www.example.com"),
            Is.EqualTo(Guid.Parse("2ed6657d-e927-568b-95e1-2665a8aea6a2")));
}
