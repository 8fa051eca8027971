using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Hosting;
using TradingSystem.IntegrationTests.Servers;
using TradingSystem.Trigger.Blackouts;
using TradingSystem.Trigger.Storage;
using TradingSystem.Trigger.Storm;

namespace TradingSystem.IntegrationTests.Trigger.Storm;

/// <summary>Events while blackouts are on, on one PostgreSQL.</summary>
[TestFixture]
public sealed class MuteTests
{
    private readonly FixtureDatabase _database = new();
    private readonly StoppedClock _clock = new() { Time = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero) };
    private RecordedBus _bus = null!;
    private ServiceProvider _services = null!;
    private StormBook _book = null!;
    private StormGate _gate = null!;
    private StormTeller _teller = null!;
    private StormCounter _counter = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        await _database.InitialiseAsync();
        var services = new ServiceCollection();
        services.AddSingleton(_ => NpgsqlDataSource.Create(_database.ConnectionString));
        services.AddServiceDb<TriggerDb>(TriggerDb.Schema);
        _services = services.BuildServiceProvider();
        await Database.MigrateAsync<TriggerDb>(_services, CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _services.DisposeAsync();
        await _database.DisposeAsync();
    }

    [SetUp]
    public async Task BeginAsync()
    {
        var database = _services.GetRequiredService<IDbContextFactory<TriggerDb>>();
        await using var db = Db();
        await db.Signals.ExecuteDeleteAsync();
        await db.Blackouts.ExecuteDeleteAsync();
        _bus = new();
        _book = new(_services.GetRequiredService<NpgsqlDataSource>(), new(), _clock);
        _gate = new(_book, _bus, _clock, NullLogger<StormGate>.Instance);
        _counter = new(database, _clock);
        _teller = new(database, _book, _gate, _counter, _bus, new BusReadiness(), _clock, NullLogger<StormTeller>.Instance);
        await new TargetedGroups(database).SaveAsync([Group("alpha", "BTCUSDT"), Group("beta", "ETHUSDT")], CancellationToken.None);
    }

    [Test]
    public async Task A_muted_group_is_left_out_and_told_of_it_in_one_summary_once_it_is_over()
    {
        await MakeAsync(Once("cpi", 10, "symbol:BTCUSDT"));

        var (only, both) = (Event("only", "alpha"), Event("both", "*"));
        await _gate.RaiseAsync(only);
        await _gate.RaiseAsync(both);
        await LookAsync();

        Assert.That(_bus.Events.Select(e => (e.Id, string.Join(',', e.Targets))), Is.EqualTo(new[] { (both.Item.Id, "beta") }));
        await using (var db = Db())
        {
            var holds = await db.Holds.AsNoTracking().ToListAsync();
            Assert.That(holds.Select(h => (h.GroupName, h.Reason, h.Blackout, h.Until)), Is.All.EqualTo(("alpha", StormWords.Mute, "cpi", _clock.Time)));
        }

        Assert.That((await _book.JudgeAsync([only], []))[0].Verdict.Holds.Single().Blackout, Is.EqualTo("cpi"), "asked about again it is what it was");
        _clock.Time += TimeSpan.FromMinutes(9);
        await LookAsync();
        Assert.That(_bus.Events, Has.Count.EqualTo(1), "it is not over");
        Assert.That(_bus.Logs.Select(l => (l.Code, l.Message)), Is.EqualTo(new[]
        {
            ("EVENT_HELD_BACK", "An event was kept from alpha, the blackout cpi was on: only"), ("EVENT_HELD_BACK", "An event was kept from alpha, the blackout cpi was on: both"),
        }));
        _clock.Time += TimeSpan.FromMinutes(1);
        await LookAsync();

        var summary = _bus.Events[^1];
        Assert.That(
            (summary.Title, string.Join(',', summary.Targets), summary.SourceId, summary.Tags.Single()),
            Is.EqualTo(("2 events held back by a blackout: only", "alpha", "storm:mute", "storm_summary")));
        Assert.That(JsonNode.Parse(summary.Payload)!["count"]!.GetValue<int>(), Is.EqualTo(2));
        await _gate.RaiseAsync(Event("after it", "alpha"));
        Assert.That(_bus.Events[^1].Title, Is.EqualTo("after it"));
    }

    [Test]
    public async Task Whoever_is_muted_is_not_woken_by_the_summary_of_what_followed_an_event_before()
    {
        await _gate.RaiseAsync(Event("up", "*"));
        await _gate.RaiseAsync(Event("up", "*"));
        await MakeAsync(Once("cpi", 10, "alpha"));
        _clock.Time += TimeSpan.FromMinutes(1);
        await LookAsync();

        Assert.That(_bus.Events.Skip(1).Select(e => (e.Title, string.Join(',', e.Targets))), Is.EqualTo(new[] { ("1 more of: up", "beta") }));
        _clock.Time += TimeSpan.FromMinutes(9);
        await LookAsync();
        Assert.That(_bus.Events, Has.Count.EqualTo(2), "what is ten minutes old is worth no wake");
        Assert.That(_bus.Logs.Where(l => l.Code == "STORM_SUMMARY_LATE").Select(l => l.Message), Is.EqualTo(new[] { "Too late for alpha: 1 more of: up" }));
    }

    [Test]
    public async Task One_that_is_taken_away_is_told_of_at_once_and_keeps_nothing_of_what_it_made_wait()
    {
        await _gate.RaiseAsync(Event("up", "alpha"));
        await _gate.RaiseAsync(Event("up", "alpha"));
        await MakeAsync(Once("mistake", 60 * 24 * 300, "alpha"));
        await _gate.RaiseAsync(Event("held", "alpha"));
        _clock.Time += TimeSpan.FromMinutes(1);
        await LookAsync();
        Assert.That(_bus.Events, Has.Count.EqualTo(1));

        await ChangeAsync(db => db.Blackouts.Single().DeletedAt = _clock.Time);
        await LookAsync();
        Assert.That(_bus.Events.Skip(1).Select(e => e.SourceId), Is.EquivalentTo(new[] { "storm:same_event", "storm:mute" }));
    }

    [Test]
    public async Task Blackouts_that_follow_each_other_are_told_of_behind_the_last()
    {
        await MakeAsync(Once("first", 10, "alpha"));
        await _gate.RaiseAsync(Event("held", "alpha"));
        await MakeAsync(Once("second", 30, "alpha"));
        _clock.Time += TimeSpan.FromMinutes(15);
        await LookAsync();
        Assert.That(_bus.Events, Is.Empty);

        _clock.Time += TimeSpan.FromMinutes(15);
        await LookAsync();
        Assert.That(_bus.Events.Single().SourceId, Is.EqualTo("storm:mute"));
    }

    [Test]
    public async Task What_is_urgent_passes_and_what_does_not_mute_or_cannot_be_read_holds_nothing_back()
    {
        await MakeAsync(Once("entries", 10, "*") with { Mutes = false, HoldsEntries = true }, Once("off", 10, "*") with { Enabled = false });
        await ChangeAsync(db => db.Blackouts.Add(new() { Id = Guid.NewGuid(), Name = "later", Version = 1, Document = """{"moons":3}""" }));

        await _gate.RaiseAsync(Event("usual", "alpha"));
        await MakeAsync(Once("on", 10, "*"));
        await _gate.RaiseAsync(Event("urgent", "alpha") is var e ? e with { Item = e.Item with { Priority = 9 } } : null!);
        await _gate.RaiseAsync(Event("usual again", "alpha"));

        Assert.That(_bus.Events.Select(e => e.Title), Is.EqualTo(new[] { "usual", "urgent" }));
    }

    [Test]
    public async Task A_recording_goes_by_its_own_time()
    {
        var market = new DateTimeOffset(2024, 3, 1, 9, 5, 0, TimeSpan.Zero);
        await MakeAsync(new BlackoutDocument("opening", ["*"], Cron: "0 9 * * *", Zone: "UTC", ForS: 600));

        await _gate.RaiseAsync(Event("inside", "alpha") with { MarketTime = market, Run = "run" });
        await _gate.RaiseAsync(Event("behind it", "alpha") with { MarketTime = market.AddMinutes(5), Run = "run" });

        Assert.That(_bus.Events.Select(e => e.Title), Is.EqualTo(new[] { "behind it" }));
    }

    private async Task LookAsync()
    {
        await _gate.ConfirmAsync(CancellationToken.None);
        await _counter.CountAsync(CancellationToken.None);
        await _teller.TellAsync(CancellationToken.None);
    }

    private async Task MakeAsync(params BlackoutDocument[] documents)
    {
        await ChangeAsync(db => db.Blackouts.AddRange(documents.Select(d => new BlackoutRow { Id = Guid.NewGuid(), Name = d.Name, Version = 1, Document = BlackoutJson.Write(d) })));
    }

    private async Task ChangeAsync(Action<TriggerDb> change)
    {
        await using var db = Db();
        change(db);
        await db.SaveChangesAsync();
        await BlackoutTeller.NextRevisionAsync(db, _clock.Time, CancellationToken.None);
    }

    private BlackoutDocument Once(string name, int minutes, params string[] targets) => new(name, targets, From: _clock.Time, Until: _clock.Time.AddMinutes(minutes));

    private TriggerDb Db() => _services.GetRequiredService<IDbContextFactory<TriggerDb>>().CreateDbContext();

    private Signal Event(string title, params string[] targets) =>
        new(new(Guid.NewGuid(), "rule:test", 5, targets, title, "{}", [], null, null, _clock.Time, null), title);

    private static GroupConfig Group(string name, string symbol) =>
        new(NameBasedGuid.Create(Guid.Empty, name), name, "crypto", symbol, "1m", 10, 100, "one_way", true, true, [], 1);
}
