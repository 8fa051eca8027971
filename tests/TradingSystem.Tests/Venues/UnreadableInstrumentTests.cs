using Microsoft.Extensions.Logging;
using NUnit.Framework;
using TradingSystem.Execution.Limits;
using TradingSystem.Tests.Execution;
using TradingSystem.Venues;
using TradingSystem.Venues.Instruments;

namespace TradingSystem.Tests.Venues;

/// <summary>An instrument by whose rules nothing can be traded is refused where it is read, and hides no other one.</summary>
[TestFixture]
public sealed class UnreadableInstrumentTests
{
    [TestCase("binance", "\"tickSize\":\"0.10\"", "\"tickSize\":\"0\"")]
    [TestCase("binance", "\"tickSize\":\"0.10\"", "\"tickSize\":\"-0.10\"")]
    [TestCase("binance", "\"tickSize\":\"0.10\"", "\"tickSize\":\"NaN\"")]
    [TestCase("binance", "\"tickSize\":\"0.10\"", "\"tick\":\"0.10\"")]
    [TestCase("binance", "\"tickSize\":\"0.10\"", "\"tickSize\":\"1e400\"")]
    [TestCase("bybit", "\"tickSize\":\"0.10\"", "\"tickSize\":\"0\"")]
    [TestCase("bybit", "\"qtyStep\":\"0.001\"", "\"qtyStep\":\"0\"")]
    [TestCase("bybit", "\"minOrderQty\":\"0.001\"", "\"minOrderQty\":\"-1\"")]
    [TestCase("okx", "\"ctVal\":\"0.01\"", "\"ctVal\":\"0\"")]
    [TestCase("okx", "\"tickSz\":\"0.1\"", "\"tickSz\":\"\"")]
    [TestCase("okx", "\"lotSz\":\"0.01\"", "\"lotSz\":\"-0.01\"")]
    public async Task An_order_in_it_is_refused_before_sending_and_the_others_are_read(string venue, string sound, string broken)
    {
        await using var test = new TestVenue(venue, r => Broken(r, venue, sound, broken));
        var read = await test.Venue.InstrumentsAsync(default);
        var faulty = read.Value!.Where(i => i.Fault is not null).ToList();
        Assert.That(faulty.Select(i => i.Symbol), Does.Contain("BTCUSDT"), "or the fixture has another number");
        var reply = await test.Venue.PlaceAsync(new("BTCUSDT", "a1", OrderSide.Buy, 0.01m), default);
        var leg = await test.Venue.PlaceProtectionAsync(new("BTCUSDT", "s1", ProtectionKind.StopLoss, OrderSide.Sell, 25_000m) { Quantity = 0.01m }, default);
        Assert.That((reply.Refusal?.Code, leg.Refusal?.Code), Is.EqualTo(("INSTRUMENT_UNREADABLE", "INSTRUMENT_UNREADABLE")));
        Assert.That(test.Handler.Requests.Select(r => r.Method), Has.None.EqualTo(HttpMethod.Post));
        Assert.That(read.Value!.Where(i => i.Fault is null), Is.All.Matches<VenueInstrument>(i => i.Tick > 0m && i.Step > 0m));
    }

    [Test]
    public async Task It_is_told_once_and_not_with_every_reading()
    {
        var log = new Lines();
        var time = new TradingSystem.Tests.Time.ManualTime(TestVenue.Now);
        using var book = new InstrumentBook(time, TimeSpan.FromMinutes(1), log);
        var sound = new VenueInstrument("BTCUSDT", "BTCUSDT", 0.1m, 0.001m, 0.001m, 1m, 1m, 0m, 1m, null, true);
        IReadOnlyList<VenueInstrument> list = [sound.Checked(), (sound with { Symbol = "ETHUSDT", VenueSymbol = "ETHUSDT", Step = 0m }).Checked()];
        for (var i = 0; i < 3; i++)
        {
            await book.AllAsync(_ => Task.FromResult(VenueReply.Accepted(list)), default);
            time.Advance(TimeSpan.FromMinutes(2));
        }

        Assert.That(log.All, Has.Count.EqualTo(1).And.One.Contains("ETHUSDT").And.One.Contains("step is 0, not above 0"));
    }

    [Test]
    public async Task A_position_whose_contracts_cannot_be_counted_makes_the_list_unknown_and_not_empty()
    {
        const string Positions = """{"code":"0","msg":"","data":[{"instId":"BTC-USDT-SWAP","posSide":"net","pos":"3","avgPx":"25000"}]}""";
        await using var sound = new TestVenue("okx", r => r.Path == "/api/v5/account/positions" ? RecordingHandler.Json(Positions) : null);
        await using var broken = new TestVenue(
            "okx", r => r.Path == "/api/v5/account/positions" ? RecordingHandler.Json(Positions) : Broken(r, "okx", "\"ctVal\":\"0.01\"", "\"ctVal\":\"\""));
        Assert.That((await sound.Venue.PositionsAsync(null, default)).Value!.Single().Quantity, Is.EqualTo(0.03m));
        Assert.That((await broken.Venue.PositionsAsync(null, default)).IsUnknown, Is.True);
    }

    [TestCase(0, 0.001, 0.001)]
    [TestCase(-0.1, 0.001, 0.001)]
    [TestCase(0.1, 0, 0.001)]
    [TestCase(0.1, -1, 0.001)]
    [TestCase(0.1, 0.001, -1)]
    public void A_decision_for_it_is_refused_and_for_another_symbol_it_is_not(decimal tick, decimal step, decimal minQty)
    {
        var table = new InstrumentTable([TestDecisions.Btc with { Tick = tick, Step = step, MinQty = minQty }, TestDecisions.Instruments.Find("ETHUSDT")!]);
        var check = new DecisionCheck(table, TestDecisions.Options, TestDecisions.NoFeed);
        Verdict Check(string symbol) => check.Check(
            TestDecisions.Long(symbol), TestDecisions.Rich, TestDecisions.Tick(symbol == "BTCUSDT" ? 100_000m : 4_000m, symbol: symbol),
            TestDecisions.Now, TestDecisions.Free);
        Assert.That((Check("BTCUSDT").Reason?.Code.Word, Check("ETHUSDT").Reason?.Code.Word), Is.EqualTo(("INSTRUMENT_UNREADABLE", (string?)null)));
        Assert.That(table.All.Select(i => i.Symbol), Is.EqualTo(new[] { "ETHUSDT" }));
    }

    private static HttpResponseMessage? Broken(RecordedRequest request, string venue, string sound, string broken)
    {
        var file = (venue, request.Path) switch
        {
            ("binance", "/fapi/v1/exchangeInfo") => "binance_fapi_exchangeInfo.json",
            ("bybit", "/v5/market/instruments-info") => "bybit_instruments_linear.json",
            ("okx", "/api/v5/public/instruments") => "okx_instruments_swap.json",
            _ => null,
        };
        return file is null ? null : RecordingHandler.Json(TestVenue.Fixture(file).Replace(": ", ":", StringComparison.Ordinal).Replace(sound, broken, StringComparison.Ordinal));
    }

    private sealed class Lines : ILogger
    {
        public List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Add(formatter(state, exception));
    }
}
