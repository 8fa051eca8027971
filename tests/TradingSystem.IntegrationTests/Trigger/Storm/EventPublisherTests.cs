using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using NUnit.Framework;
using TradingSystem.Hosting;
using TradingSystem.IntegrationTests.Servers;
using TradingSystem.Trigger.Publishing;
using TradingSystem.Trigger.Storage;
using TradingSystem.Trigger.Storm;

namespace TradingSystem.IntegrationTests.Trigger.Storm;

/// <summary>Rules' events on their way through the gate, while the bus or the database is not there.</summary>
[TestFixture]
public sealed class EventPublisherTests
{
    private readonly FixtureDatabase _database = new();
    private RecordedBus _bus = null!;
    private ServiceProvider _services = null!;
    private EventPublisher _publisher = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        await _database.InitialiseAsync();
        var services = new ServiceCollection();
        services.AddSingleton(_ => NpgsqlDataSource.Create(_database.ConnectionString));
        services.AddServiceDb<TriggerDb>(TriggerDb.Schema);
        _services = services.BuildServiceProvider();
        await Database.MigrateAsync<TriggerDb>(_services, CancellationToken.None);
        await using var db = Db();
        db.TargetedGroups.Add(new() { Id = Guid.NewGuid(), Name = "alpha", Market = "crypto", Symbol = "BTCUSDT", Active = true, Version = 1 });
        await db.SaveChangesAsync();
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        await _services.DisposeAsync();
        await _database.DisposeAsync();
    }

    [SetUp]
    public async Task BeginAsync()
    {
        _bus = new();
        var ready = new BusReadiness();
        await ready.PostStart(null!, Task.FromResult<BusReady>(null!));
        var book = new StormBook(_services.GetRequiredService<NpgsqlDataSource>(), new(), TimeProvider.System);
        _publisher = new(new StormGate(book, _bus, TimeProvider.System, NullLogger<StormGate>.Instance), ready, TimeProvider.System, NullLogger<EventPublisher>.Instance);
        await _publisher.StartAsync(CancellationToken.None);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _publisher.StopAsync(CancellationToken.None);
        _publisher.Dispose();
    }

    [Test]
    public async Task Events_of_a_rule_go_out_in_their_order_once_the_bus_is_there_and_what_was_the_same_stays_held_back()
    {
        _bus.Outcome = PublishOutcome.Unavailable;
        var signals = new[] { Event("order", "up", 1), Event("order", "up", 2), Event("order", "down", 3), Event("order", "up", 4) };
        foreach (var signal in signals)
        {
            _publisher.Enqueue(signal);
        }

        await Wait.UntilAsync("it is tried", () => _bus.Events.Count > 1);
        Assert.That(_bus.Events.Select(e => e.Id).Distinct(), Is.EqualTo(new[] { signals[0].Item.Id }), "what is behind it waits");
        _bus.Outcome = PublishOutcome.Durable;

        await Wait.UntilAsync("all are out", () => _bus.Events.Any(e => e.Id == signals[3].Item.Id));
        Assert.That(_bus.Events.Select(e => e.Id).Distinct(), Is.EqualTo(new[] { signals[0].Item.Id, signals[2].Item.Id, signals[3].Item.Id }));
        await using var db = Db();
        Assert.That(await db.Holds.Where(h => h.SignalId == signals[1].Item.Id).Select(h => h.SameAs).SingleAsync(), Is.EqualTo(signals[0].Item.Id));
    }

    [Test]
    public async Task What_nobody_can_decide_about_is_sent_as_it_is_and_holds_up_no_other_rule()
    {
        await using (await StormLock.TakeAsync(_services.GetRequiredService<NpgsqlDataSource>()))
        {
            var (one, other) = (Event("undecided", "up", 1), Event("beside it", "up", 1));
            _publisher.Enqueue(one);
            _publisher.Enqueue(other);
            await Wait.UntilAsync("both are sent", () => _bus.Events.Count == 2);
            Assert.That(_bus.Events.Select(e => (e.Id, string.Join(',', e.Targets))), Is.EquivalentTo(new[] { (one.Item.Id, "*"), (other.Item.Id, "*") }));
        }

        var then = Event("undecided", "up", 2);
        _publisher.Enqueue(then);
        await using var db = Db();
        await Wait.UntilAsync("it is decided again", () => db.Holds.AnyAsync(h => h.SignalId == then.Item.Id));
        Assert.That(_bus.Events, Has.Count.EqualTo(2), "what went out counts");
    }

    [Test]
    public async Task A_publisher_that_stops_leaves_what_was_decided_to_whoever_looks_next()
    {
        _bus.Outcome = PublishOutcome.Unavailable;
        var (first, then) = (Event("stopped", "up", 1), Event("stopped", "down", 2));
        _publisher.Enqueue(first);
        _publisher.Enqueue(then);
        await using var db = Db();
        await Wait.UntilAsync("both are decided", async () => await db.Signals.CountAsync(s => s.SourceId == "rule:stopped:BTCUSDT") == 2);
        await _publisher.StopAsync(CancellationToken.None);
        _bus.Outcome = PublishOutcome.Durable;
        var tries = _bus.Events.Count;
        await db.Signals.ExecuteUpdateAsync(s => s.SetProperty(r => r.ClaimedUntil, r => r.CreatedAt));

        var factory = _services.GetRequiredService<IDbContextFactory<TriggerDb>>();
        var book = new StormBook(_services.GetRequiredService<NpgsqlDataSource>(), new(), TimeProvider.System);
        var gate = new StormGate(book, _bus, TimeProvider.System, NullLogger<StormGate>.Instance);
        using var next = new StormTeller(
            factory, book, gate, new(factory, TimeProvider.System), _bus, new BusReadiness(), TimeProvider.System, NullLogger<StormTeller>.Instance);
        Assert.That(await next.TellAsync(CancellationToken.None));
        Assert.That(_bus.Events.Skip(tries).Select(e => e.Id), Is.EqualTo(new[] { first.Item.Id, then.Item.Id }));
    }

    private static Signal Event(string rule, string way, int second)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new(new(Guid.CreateVersion7(now), $"rule:{rule}:BTCUSDT", 5, ["*"], way, "{}", [], null, null, now, null), rule, way)
        {
            MarketTime = new DateTimeOffset(2026, 1, 5, 12, 0, 0, TimeSpan.Zero).AddSeconds(second),
            Run = "test",
            News = TimeSpan.FromMinutes(3),
        };
    }

    private TriggerDb Db() => _services.GetRequiredService<IDbContextFactory<TriggerDb>>().CreateDbContext();
}
