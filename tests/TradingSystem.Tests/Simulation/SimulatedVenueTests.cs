using NUnit.Framework;
using TradingSystem.Execution.Simulation;
using TradingSystem.Execution.Venues;
using TradingSystem.Tests.Trigger;
using static TradingSystem.Tests.Simulation.Exchanges;

namespace TradingSystem.Tests.Simulation;

[TestFixture]
public sealed class SimulatedVenueTests
{
    private ManualTime _time = null!;
    private SimulatedVenue _venue = null!;

    [SetUp]
    public void Open()
    {
        _time = new(Start);
        var account = new VenueAccount(Guid.NewGuid(), SimulatedVenue.VenueName, VenueEnvironment.Sandbox, new("key", "secret"));
        _venue = new(account, Free, [Symbol()], 10_000m, _time);
        _venue.Tick(Tick(100m, minute: 0));
    }

    [TearDown]
    public async Task CloseAsync() => await _venue.DisposeAsync();

    [Test]
    public async Task An_order_is_found_by_our_id_and_by_the_venues_while_it_is_open_and_after()
    {
        var ack = Accepted(await _venue.PlaceAsync(Limit(OrderSide.Buy, 1m, 99m, "a1"), default));
        Assert.That(Accepted(await _venue.QueryAsync(new(Btc, "a1"), default)).Status, Is.EqualTo(VenueOrderStatus.New));
        _venue.Tick(Tick(98m));
        var byId = Accepted(await _venue.QueryAsync(new(Btc, null, ack.VenueId), default));
        Assert.That((byId.Status, byId.AveragePrice, byId.ClientId), Is.EqualTo((VenueOrderStatus.Filled, (decimal?)99m, "a1")));
        Assert.That((await _venue.QueryAsync(new(Btc, "nobody"), default)).Is(RefusalMeaning.NotFound));
    }

    [Test]
    public async Task Fills_positions_and_realised_PnL_are_there_to_be_read()
    {
        Accepted(await _venue.PlaceAsync(Market(OrderSide.Buy, 2m, "in"), default));
        _venue.Tick(Tick(110m));
        Accepted(await _venue.PlaceAsync(Market(OrderSide.Sell, 1m, "out"), default));
        var position = Accepted(await _venue.PositionsAsync(Btc, default)).Single();
        Assert.Multiple(async () =>
        {
            Assert.That((position.Quantity, position.EntryPrice, position.UnrealizedPnl), Is.EqualTo((1m, 100m, (decimal?)10m)));
            Assert.That(Accepted(await _venue.FillsAsync(new(Btc, ClientId: "out"), default)).Single().RealizedPnl, Is.EqualTo(10m));
            Assert.That(Accepted(await _venue.RealizedPnlAsync(Btc, Start, default)).Single().Amount, Is.EqualTo(10m));
            Assert.That(Accepted(await _venue.BalancesAsync(default)).Single().Wallet, Is.EqualTo(10_010m));
        });
    }

    [Test]
    public async Task The_stream_tells_what_happens_in_its_order_and_ends_with_its_token()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var seen = new List<VenueEvent>();
        await foreach (var happened in _venue.StreamAsync(stop.Token))
        {
            seen.Add(happened);
            if (happened is StreamOpened)
            {
                Accepted(await _venue.PlaceAsync(Market(OrderSide.Buy, 1m, "in"), default));
                Accepted(await _venue.PlaceProtectionAsync(Stop(OrderSide.Sell, 95m), default));
                _venue.Tick(Tick(94m));
            }
            else if (happened is BalanceChanged { Balance.Wallet: 9_994m })
            {
                await stop.CancelAsync();
            }
        }

        Assert.That(seen.OfType<OrderChanged>().Select(e => e.Order.Status), Is.EqualTo(new[]
        {
            VenueOrderStatus.New, VenueOrderStatus.Filled, VenueOrderStatus.Untriggered, VenueOrderStatus.Triggered, VenueOrderStatus.Filled,
        }));
    }

    [Test]
    public async Task A_reader_that_is_too_slow_is_told_of_the_gap()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using var reader = _venue.StreamAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        Assert.That(await reader.MoveNextAsync() && reader.Current is StreamOpened);
        for (var i = 0; i < 2_500; i++)
        {
            Accepted(await _venue.PlaceAsync(Limit(OrderSide.Buy, 1m, 90m, "l"), default));
            Accepted(await _venue.CancelAsync(new(Btc, "l"), default));
        }

        var read = 0;
        while (read < 4_096)
        {
            Assert.That(await reader.MoveNextAsync() && reader.Current is OrderChanged);
            read++;
        }

        Accepted(await _venue.PlaceAsync(Limit(OrderSide.Buy, 1m, 90m, "after"), default));
        Assert.That(await reader.MoveNextAsync() && reader.Current is StreamGap);
        Assert.That(await reader.MoveNextAsync() && reader.Current is OrderChanged { Order.ClientId: "after" });
    }

    [Test]
    public async Task The_countdown_cancels_orders_unless_it_is_renewed_and_leaves_protection()
    {
        Accepted(await _venue.PlaceAsync(Market(OrderSide.Buy, 1m, "in"), default));
        Accepted(await _venue.PlaceProtectionAsync(Stop(OrderSide.Sell, 95m), default));
        Accepted(await _venue.PlaceAsync(Limit(OrderSide.Buy, 1m, 90m, "l"), default));
        Accepted(await _venue.CountdownAsync(Btc, TimeSpan.FromSeconds(10), default));
        _time.Advance(TimeSpan.FromSeconds(9));
        Accepted(await _venue.CountdownAsync(Btc, TimeSpan.FromSeconds(10), default));
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.That(Accepted(await _venue.OpenOrdersAsync(null, default)), Has.Count.EqualTo(2));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(Accepted(await _venue.OpenOrdersAsync(null, default)).Select(o => o.ClientId), Is.EqualTo(new[] { "stop" }));
    }
}
