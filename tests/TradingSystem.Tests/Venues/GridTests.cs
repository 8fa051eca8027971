using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using TradingSystem.Venues;
using TradingSystem.Venues.Instruments;

namespace TradingSystem.Tests.Venues;

[TestFixture]
public sealed class GridTests
{
    private static readonly decimal[] Lots = [0.01m, 0.1m, 1m, 10m];
    private static readonly decimal[] Sizes = [0.0001m, 0.01m, 0.1m, 1m, 7m, 10m, 1000m];

    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public Property Contracts_are_whole_lots_and_exactly_the_quantity(NonNegativeInt millionths, PositiveInt divisor, NonNegativeInt lotIndex, NonNegativeInt sizeIndex)
    {
        var (lot, size) = (Lots[lotIndex.Get % Lots.Length], Sizes[sizeIndex.Get % Sizes.Length]);
        var instrument = Instrument(step: lot * size, size);
        var quantity = Sizing.RoundDown(millionths.Get / 1_000m / divisor.Get, instrument.Step);

        var contracts = Grid.Units(quantity, instrument);

        return (contracts % lot == 0m && contracts * size == quantity).ToProperty()
            .Label($"{quantity} in lots of {lot} × {size}: {contracts}");
    }

    [FsCheck.NUnit.Property(MaxTest = 1000)]
    public bool A_number_is_written_in_plain_decimals_and_reads_back(int unscaled, NonNegativeInt scale)
    {
        var value = new decimal(Math.Abs(unscaled), 0, 0, unscaled < 0, (byte)(scale.Get % 28));
        var text = Grid.Text(value);
        return !text.Contains('E', StringComparison.Ordinal)
            && !(text.Contains('.', StringComparison.Ordinal) && text.EndsWith('0'))
            && decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture) == value;
    }

    [TestCase("binance", "/fapi/v1/order", "quantity", 0.012, "0.012")]
    [TestCase("bybit", "/v5/order/create", "qty", 0.012, "0.012")]
    [TestCase("okx", "/api/v5/trade/order", "sz", 0.0129, "1.29")]
    public async Task A_quantity_is_sent_in_the_exchanges_unit(string venue, string path, string name, decimal quantity, string sent)
    {
        await using var test = new TestVenue(venue);
        await test.Venue.PlaceAsync(new("BTCUSDT", "a1", OrderSide.Buy, quantity), default);
        var request = test.Sent(path);
        Assert.That(RequestParameters.Of(request.Query, request.Body)[name], Is.EqualTo(sent));
    }

    [Test]
    public async Task A_number_off_the_grid_is_refused_before_sending_and_never_rounded([Values("binance", "bybit", "okx")] string venue)
    {
        await using var test = new TestVenue(venue);
        var limit = new NewOrder("BTCUSDT", "a1", OrderSide.Buy, 0.01m) { Type = VenueOrderType.Limit, Price = 25_000m };
        var stop = new ProtectionOrder("BTCUSDT", "s1", ProtectionKind.StopLoss, OrderSide.Sell, 25_000m) { Quantity = 0.01m };
        var replies = new[]
        {
            await test.Venue.PlaceAsync(limit with { Quantity = 0.0129999m }, default),
            await test.Venue.PlaceAsync(limit with { Price = 25_000.05m }, default),
            await test.Venue.PlaceProtectionAsync(stop with { TriggerPrice = 25_000.05m }, default),
            await test.Venue.PlaceProtectionAsync(stop with { Quantity = 0.0129999m }, default),
        };
        Assert.That(replies.Select(r => (r.Refusal?.Meaning, r.Refusal?.Code)), Is.EqualTo(
            new[] { "OFF_STEP", "OFF_TICK", "OFF_TICK", "OFF_STEP" }.Select(c => ((RefusalMeaning?)RefusalMeaning.Precision, (string?)c))));
        Assert.That(test.Handler.Requests.Select(r => r.Method), Has.None.EqualTo(HttpMethod.Post));
    }

    [TestCase("binance")]
    [TestCase("bybit")]
    [TestCase("okx")]
    public async Task A_quantity_below_the_step_is_refused_before_sending(string venue)
    {
        await using var test = new TestVenue(venue);
        var reply = await test.Venue.PlaceAsync(new("BTCUSDT", "a1", OrderSide.Buy, 0.00009m), default);
        Assert.That(reply.Is(RefusalMeaning.Quantity), Is.True);
        Assert.That(test.Handler.Requests.Select(r => r.Method), Has.None.EqualTo(HttpMethod.Post));
    }

    private static VenueInstrument Instrument(decimal step, decimal size) => new("AUSDT", "A-USDT-SWAP", 0.1m, step, step, 1000m, 1000m, 0m, size, null, true);
}
