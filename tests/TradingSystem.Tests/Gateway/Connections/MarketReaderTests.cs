using System.Text;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Gateway.Connections;
using TradingSystem.Gateway.Market;
using static TradingSystem.Tests.Gateway.Market.CandleFeedTests;

namespace TradingSystem.Tests.Gateway.Connections;

/// <summary>The market on a session's socket: what comes, in which order, and how often.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class MarketReaderTests
{
    private static readonly byte[] Ack = """{"ok":true}"""u8.ToArray();

    private readonly AskedMarket _asked = new();

    [Test]
    public async Task History_comes_right_behind_the_ack_before_anything_else_that_waits()
    {
        using var rig = new SessionRig();
        _asked.Bars = Bars(0, 700);
        var market = new MarketFeeds(_asked, rig.Time);
        using var reader = await FollowAsync(rig, market, new(null, 600));
        rig.Session.Begin(Ack);
        rig.Session.Send("""{"type":"resumed"}"""u8.ToArray());
        market.Put(Bar(700));
        rig.Run();
        Assert.That((await NextAsync(rig)).ContainsKey("ok"));
        for (var minute = 100; minute < 700; minute++)
        {
            Assert.That(Minute(await NextAsync(rig)), Is.EqualTo(minute));
        }

        var end = await NextAsync(rig);
        Assert.That((Type(end), end["count"]!.GetValue<int>(), end["complete"]!.GetValue<bool>()), Is.EqualTo(("candles_end", 600, true)));
        var rest = new[] { Type(await NextAsync(rig)), Type(await NextAsync(rig)) };
        Assert.That(rest, Is.EquivalentTo(new[] { "candle", "resumed" }));
    }

    [Test]
    public async Task The_newest_price_comes_at_most_once_a_pace_and_is_never_left_out()
    {
        using var rig = new SessionRig();
        var market = new MarketFeeds(_asked, rig.Time);
        using var reader = await FollowAsync(rig, market, new(TimeSpan.FromSeconds(1), 0));
        rig.Run();
        market.Put(Tick(1, rig.Time.GetUtcNow()));
        Assert.That(Price(await NextAsync(rig)), Is.EqualTo(1m));
        market.Put(Tick(2, rig.Time.GetUtcNow()));
        rig.Time.Advance(TimeSpan.FromMilliseconds(900));
        market.Put(Tick(3, rig.Time.GetUtcNow()));
        market.WakeDue();
        Assert.That(reader.IsPriceDue, Is.False, "its time has not come");
        rig.Time.Advance(TimeSpan.FromMilliseconds(100));
        market.WakeDue();
        Assert.That(Price(await NextAsync(rig)), Is.EqualTo(3m), "2 was overtaken");
        rig.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.That(reader.IsPriceDue, Is.False, "nothing new");
    }

    [Test]
    public async Task A_price_has_what_the_market_tells_in_all_its_digits_and_nothing_else()
    {
        using var rig = new SessionRig();
        var market = new MarketFeeds(_asked, rig.Time);
        using var reader = await FollowAsync(rig, market, new(TimeSpan.FromSeconds(1), 0));
        rig.Run();
        market.Put(new PriceTick("BTCUSDT", 0.00000394m, null, null, rig.Time.GetUtcNow(), rig.Time.GetUtcNow(), "replay"));
        Assert.That((await rig.ReceiveAsync()).Payload, Does.Contain("\"price\":0.00000394,\"market_time\""));
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        market.Put(new PriceTick("BTCUSDT", 62500.10m, 62500.0m, 62500.1m, rig.Time.GetUtcNow(), rig.Time.GetUtcNow(), "replay", MarkPrice: 62498.37m));
        Assert.That((await rig.ReceiveAsync()).Payload, Does.Contain("\"price\":62500.1,\"bid\":62500,\"ask\":62500.1,\"mark_price\":62498.37,"));
    }

    [Test]
    public async Task A_group_that_gets_another_interval_gets_its_history_and_its_candles()
    {
        using var rig = new SessionRig();
        _asked.Bars = Bars(0, 2);
        var market = new MarketFeeds(_asked, rig.Time);
        using var reader = await FollowAsync(rig, market, new(null, 10));
        rig.Run();
        Assert.That(await TypesAsync(rig, 3), Is.EqualTo(new[] { "candle", "candle", "candles_end" }));
        _asked.Bars = [Bar(0) with { Interval = "5m" }];
        await reader.FollowAsync("BTCUSDT", "5m");
        Assert.That(await TypesAsync(rig, 2), Is.EqualTo(new[] { "candle", "candles_end" }));
        market.Put(Bar(2));
        market.Put(Bar(5) with { Interval = "5m" });
        var next = await NextAsync(rig);
        Assert.That((next["interval"]!.GetValue<string>(), Minute(next)), Is.EqualTo(("5m", 5)));
    }

    [Test]
    public async Task What_the_market_does_not_have_is_said()
    {
        using var rig = new SessionRig();
        _asked.Lacks = "the market has no 4h of BTCUSDT: it has 1m";
        using var reader = await FollowAsync(rig, new MarketFeeds(_asked, rig.Time), new(null, 10), interval: "4h");
        rig.Run();
        var end = await NextAsync(rig);
        Assert.That((end["count"]!.GetValue<int>(), end["note"]!.GetValue<string>()), Is.EqualTo((0, _asked.Lacks)));
    }

    [Test]
    public async Task History_that_could_not_be_had_is_told_when_it_can()
    {
        using var rig = new SessionRig();
        _asked.Bars = null;
        var market = new MarketFeeds(_asked, rig.Time);
        using var reader = await FollowAsync(rig, market, new(null, 10));
        rig.Run();
        Assert.That((await NextAsync(rig))["complete"]!.GetValue<bool>(), Is.False);
        _asked.Bars = Bars(0, 2);
        rig.Time.Advance(TimeSpan.FromSeconds(2));
        market.Put(new CandleWindow("BTCUSDT", "1m", Bars(0, 2)));
        Assert.That(await TypesAsync(rig, 3), Is.EqualTo(new[] { "candle", "candle", "candles_end" }));
    }

    [TestCase("market", 1000)]
    [TestCase("market:250ms", 250)]
    [TestCase("orders,market:5s", 5000)]
    [TestCase("market:0", null)]
    public void A_pace_is_read(string features, int? milliseconds) =>
        Assert.That(FeatureSet.Parse(features)!.Value.Market!.Pace?.TotalMilliseconds, Is.EqualTo(milliseconds));

    [TestCase("market:")]
    [TestCase("market:99ms")]
    [TestCase("market:61s")]
    [TestCase("market:1")]
    [TestCase("market:-1s")]
    [TestCase("market:1.5s")]
    [TestCase("market:1S")]
    [TestCase("market:99999999999s")]
    [TestCase("markets")]
    public void What_is_no_pace_is_refused(string features) => Assert.That(FeatureSet.Parse(features), Is.Null);

    private static async Task<MarketReader> FollowAsync(SessionRig rig, MarketFeeds market, MarketTerms terms, string interval = "1m")
    {
        var reader = new MarketReader(rig.Session, terms, market, rig.Time);
        rig.Session.Follow(reader);
        await reader.FollowAsync("BTCUSDT", interval);
        return reader;
    }

    private static async Task<JsonObject> NextAsync(SessionRig rig) => JsonNode.Parse(Encoding.UTF8.GetBytes((await rig.ReceiveAsync()).Payload))!.AsObject();

    private static async Task<List<string>> TypesAsync(SessionRig rig, int count)
    {
        var types = new List<string>();
        while (types.Count < count)
        {
            types.Add(Type(await NextAsync(rig)));
        }

        return types;
    }

    private static PriceTick Tick(decimal price, DateTimeOffset at) => new("BTCUSDT", price, null, null, at, at, "simulated");

    private static string Type(JsonObject frame) => frame["type"]!.GetValue<string>();

    private static decimal Price(JsonObject frame) => frame["price"]!.GetValue<decimal>();

    private static int Minute(JsonObject frame) => (int)(frame["open_time"]!.GetValue<DateTimeOffset>() - DateTimeOffset.UnixEpoch).TotalMinutes;
}
