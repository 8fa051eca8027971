using NUnit.Framework;
using TradingSystem.Trigger.Stories;

namespace TradingSystem.Tests.Trigger.Stories;

[TestFixture]
[Parallelizable(ParallelScope.All)]
public sealed class SymbolFinderTests
{
    private static readonly string[] Symbols = ["BTCUSDT", "ETHUSDT", "SOLUSDT", "AVAXUSDT", "LINKUSDT", "1INCHUSDT"];

    [TestCase("Bitcoin climbs as ether lags", "BTCUSDT,ETHUSDT")]
    [TestCase("BITCOIN'S worst day", "BTCUSDT")]
    [TestCase("SOL/USDT and $eth move", "ETHUSDT,SOLUSDT")]
    [TestCase("BTCUSDT at 60k", "BTCUSDT")]
    [TestCase("Bitcoin Cash forks again", "")]
    [TestCase("Bitcoin Cash is no Bitcoin", "BTCUSDT")]
    [TestCase("Sol is the sun, a parasol, a soldier and a solution", "")]
    [TestCase("An avalanche in the Alps", "")]
    [TestCase("Avalanche upgrades", "AVAXUSDT")]
    [TestCase("LINK in bio, click the link", "")]
    [TestCase("Chainlink and $LINK", "LINKUSDT")]
    [TestCase("EVERY SOL THAT SHINES IS A SUN", "")]
    [TestCase("EVERY $SOL THAT SHINES", "SOLUSDT")]
    [TestCase("1INCH lists", "1INCHUSDT")]
    [TestCase("Bitcoinist says bitcoins", "")]
    [TestCase("Digital   gold shines", "BTCUSDT")]
    [TestCase("Pepe the frog", "PEPEUSDT")]
    [TestCase("Pepepepe", "")]
    public void A_symbol_is_found_by_whole_words(string title, string expected) =>
        Assert.That(string.Join(',', Finder().Of(Told(title))), Is.EqualTo(expected));

    [Test]
    public void The_summary_and_the_tags_count_and_a_tag_may_be_a_ticker_in_any_case() =>
        Assert.That(Finder().Of(Told("Markets") with { Summary = "Solana too.", Tags = ["btc", "link", "Ethereum (ETH)"] }), Is.EqualTo(new[] { "BTCUSDT", "ETHUSDT", "LINKUSDT", "SOLUSDT" }));

    [Test]
    public void Two_symbols_of_one_asset_are_both_found() =>
        Assert.That(new SymbolFinder(["BTCUSDT", "BTCUSDC"], new Dictionary<string, IReadOnlyList<string>>()).Of(Told("bitcoin")), Is.EqualTo(new[] { "BTCUSDC", "BTCUSDT" }));

    private static SymbolFinder Finder() => new(Symbols, new Dictionary<string, IReadOnlyList<string>> { ["BTCUSDT"] = ["digital gold"], ["PEPEUSDT"] = ["pepe"] });

    private static Story Told(string title) => new() { Guid = null, Link = null, Title = title, Summary = "", PublishedAt = null, PublishedText = null, Tags = [] };
}
