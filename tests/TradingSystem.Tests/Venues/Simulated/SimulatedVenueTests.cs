using NUnit.Framework;
using TradingSystem.Tests.Time;
using TradingSystem.Venues;
using TradingSystem.Venues.Simulated;
using static TradingSystem.Tests.Venues.Simulated.TestExchanges;

namespace TradingSystem.Tests.Venues.Simulated;

[TestFixture]
public sealed class SimulatedVenueTests
{
    private ManualTime _time = null!;
    private SimulatedVenue _venue = null!;

    [SetUp]
    public async Task OpenAsync()
    {
        _time = new(Start);
        var account = new VenueAccount(Guid.NewGuid(), SimulatedVenue.VenueName, VenueEnvironment.Sandbox, new("key", "secret"));
        _venue = new(account, Free, [Symbol()], 10_000m, _time);
        await _venue.TickAsync(Tick(100m, minute: 0));
    }

    [TearDown]
    public async Task CloseAsync() => await _venue.DisposeAsync();

    [Test]
    public async Task An_order_is_found_by_our_id_and_by_the_venues_while_it_is_open_and_after()
    {
        var ack = Accepted(await _venue.PlaceAsync(Limit(OrderSide.Buy, 1m, 99m, "a1"), default));
        Assert.That(Accepted(await _venue.QueryAsync(new(Btc, "a1"), default)).Status, Is.EqualTo(VenueOrderStatus.New));
        await _venue.TickAsync(Tick(98m));
        var byId = Accepted(await _venue.QueryAsync(new(Btc, null, ack.VenueId), default));
        Assert.That((byId.Status, byId.AveragePrice, byId.ClientId), Is.EqualTo((VenueOrderStatus.Filled, (decimal?)99m, "a1")));
        Assert.That((await _venue.QueryAsync(new(Btc, "nobody"), default)).Is(RefusalMeaning.NotFound));
    }

    [Test]
    public async Task Fills_positions_and_realised_PnL_are_there_to_be_read()
    {
        Accepted(await _venue.PlaceAsync(Market(OrderSide.Buy, 2m, "in"), default));
        await _venue.TickAsync(Tick(110m));
        Accepted(await _venue.PlaceAsync(Market(OrderSide.Sell, 1m, "out"), default));
        var position = Accepted(await _venue.PositionsAsync(Btc, default)).Single();
        Assert.Multiple(async () =>
        {
            Assert.That((position.Quantity, position.EntryPrice, position.UnrealizedPnl), Is.EqualTo((1m, 100m, (decimal?)10m)));
            Assert.That(Accepted(await _venue.FillsAsync(new(Btc, ClientId: "out"), default)).Single().RealizedPnl, Is.EqualTo(10m));
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
                await _venue.TickAsync(Tick(94m));
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
            Accepted(await _venue.PlaceAsync(Limit(OrderSide.Buy, 1m, 90m, $"l{i}"), default));
            Accepted(await _venue.CancelAsync(new(Btc, $"l{i}"), default));
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

    [Test]
    public async Task A_client_id_is_taken_once_also_when_its_order_has_ended()
    {
        Accepted(await _venue.PlaceAsync(Market(OrderSide.Buy, 1m, "one"), default));
        Assert.That((await _venue.PlaceAsync(Market(OrderSide.Buy, 1m, "one"), default)).Is(RefusalMeaning.Duplicate));
        Assert.That(Accepted(await _venue.PositionsAsync(Btc, default)).Single().Quantity, Is.EqualTo(1m));
    }

    [Test]
    public async Task An_order_that_meets_a_stale_price_is_refused_and_a_leg_is_not()
    {
        await using var venue = Kept(new VenueHistory(), TimeSpan.FromSeconds(10));
        Assert.That((await venue.PlaceAsync(Market(OrderSide.Buy, 1m, "early"), default)).Refusal!.Code, Is.EqualTo("PRICE_STALE"));
        await venue.TickAsync(new(Btc, 100m, null, null, Start));
        Accepted(await venue.PlaceAsync(Market(OrderSide.Buy, 1m, "in"), default));
        _time.Advance(TimeSpan.FromSeconds(11));
        Assert.That((await venue.PlaceAsync(Market(OrderSide.Sell, 1m, "late"), default)).Refusal!.Code, Is.EqualTo("PRICE_STALE"));
        Accepted(await venue.PlaceProtectionAsync(Stop(OrderSide.Sell, 95m), default));
    }

    [Test]
    public async Task What_is_answered_or_told_was_kept_before_and_a_price_that_does_nothing_is_not()
    {
        var book = new PlayedBook();
        await using var venue = Kept(book);
        await venue.TickAsync(Tick(100m));
        await venue.TickAsync(Tick(101m));
        Assert.That(book.Saved, Is.Empty);
        Accepted(await venue.PlaceAsync(Market(OrderSide.Buy, 1m, "in"), default));
        Assert.That(book.Saved, Has.Count.EqualTo(1));
        Assert.That((await venue.PlaceAsync(Market(OrderSide.Buy, 1_000_000m, "large"), default)).IsRefused);
        Assert.That(book.Saved, Has.Count.EqualTo(1), "a refusal changes nothing");
        Accepted(await venue.PlaceProtectionAsync(Stop(OrderSide.Sell, 95m), default));
        await venue.TickAsync(Tick(94m));
        Assert.That(book.Saved.Select(s => (s.Exchange.Positions.Length, s.Exchange.Orders.Length)), Is.EqualTo(new[] { (1, 0), (1, 1), (0, 0) }));
    }

    [Test]
    public async Task A_venue_whose_book_fails_says_that_it_does_not_know_and_ends_its_stream()
    {
        var book = new PlayedBook();
        await using var venue = Kept(book);
        await venue.TickAsync(Tick(100m));
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using var reader = venue.StreamAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        Assert.That(await reader.MoveNextAsync() && reader.Current is StreamOpened);
        book.Fails = true;
        Assert.That((await venue.PlaceAsync(Market(OrderSide.Buy, 1m, "in"), default)).IsUnknown);
        book.Fails = false;
        Assert.That((await venue.PositionsAsync(null, default)).IsUnknown, "what is in memory is not what is kept");
        Assert.ThrowsAsync<InvalidOperationException>(async () => await reader.MoveNextAsync());
    }

    [Test]
    public async Task A_countdown_that_ran_out_while_nobody_looked_is_made_up_for_first()
    {
        var book = new PlayedBook();
        await using (var venue = Kept(book))
        {
            await venue.TickAsync(Tick(100m));
            Accepted(await venue.PlaceAsync(Limit(OrderSide.Buy, 1m, 90m, "l"), default));
            Accepted(await venue.CountdownAsync(Btc, TimeSpan.FromSeconds(10), default));
        }

        var kept = book.Saved[^1];
        _time.Advance(TimeSpan.FromSeconds(11));
        await using var again = Kept(book, exchange: new(kept.Exchange));
        await again.ResumeAsync(kept.Countdowns, default);
        Assert.That(Accepted(await again.OpenOrdersAsync(null, default)), Is.Empty);
        Assert.That(book.Saved[^1].Countdowns, Is.Empty);
    }

    private SimulatedVenue Kept(IVenueBook book, TimeSpan? longestPriceAge = null, SimulatedExchange? exchange = null) =>
        new(_venue.Account, exchange ?? new(Free, [Symbol()], 10_000m), book, _time, longestPriceAge);

    private sealed class PlayedBook : IVenueBook
    {
        private readonly VenueHistory _history = new();

        public List<KeptVenue> Saved { get; } = [];

        public bool Fails { get; set; }

        public Task SaveAsync(KeptVenue venue, IReadOnlyList<VenueEvent> happened)
        {
            if (Fails)
            {
                throw new InvalidOperationException("the disk is full");
            }

            Saved.Add(venue);
            return _history.SaveAsync(venue, happened);
        }

        public Task<VenueOrder?> OrderAsync(OrderRef order, CancellationToken cancellationToken) => _history.OrderAsync(order, cancellationToken);

        public Task<IReadOnlyList<VenueFill>> FillsAsync(FillQuery query, CancellationToken cancellationToken) => _history.FillsAsync(query, cancellationToken);

        public Task<IReadOnlyList<FundingPayment>> FundingAsync(string symbol, DateTimeOffset? since, CancellationToken cancellationToken) =>
            _history.FundingAsync(symbol, since, cancellationToken);
    }
}
