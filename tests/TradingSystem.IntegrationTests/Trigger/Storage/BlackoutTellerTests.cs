using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Outages;
using TradingSystem.IntegrationTests.Servers;
using TradingSystem.Trigger.Blackouts;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.IntegrationTests.Trigger.Storage;

/// <summary>What execution and the log are told of blackouts, by two nodes on one PostgreSQL.</summary>
[TestFixture]
public sealed class BlackoutTellerTests
{
    private readonly FixtureDatabase _database = new();
    private readonly StoppedClock _clock = new();
    private readonly RecordedBus _bus = new();
    private ServiceProvider _services = null!;
    private BlackoutTeller _one = null!;
    private BlackoutTeller _two = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        await _database.InitialiseAsync();
        var services = new ServiceCollection();
        services.AddSingleton(_ => NpgsqlDataSource.Create(_database.ConnectionString));
        services.AddServiceDb<TriggerDb>(TriggerDb.Schema);
        _services = services.BuildServiceProvider();
        await Database.MigrateAsync<TriggerDb>(_services, CancellationToken.None);
        (_one, _two) = (Teller(), Teller());
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _services.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test, Order(1)]
    public async Task A_list_without_any_is_told_once_and_then_only_anew()
    {
        await TellAsync(_one);
        await TellAsync(_two);
        await TellAsync(_two, anew: true);
        Assert.That(_bus.Holds.Select(h => h.Items.Count), Is.EqualTo(new[] { 0, 0 }));
    }

    [Test, Order(2)]
    public async Task What_the_bus_did_not_take_is_told_by_whoever_looks_next_and_each_change_with_it()
    {
        var before = _bus.Holds[^1].Revision;
        await ChangeAsync("cpi", 1, "made", "ada", new("cpi", ["*"], HoldsEntries: true, Cron: "0 9 * * *", Zone: "UTC", ForS: 60));
        _bus.Outcome = PublishOutcome.Unavailable;
        Assert.ThrowsAsync<NotDurableException>(() => TellAsync(_one));
        await ChangeAsync("cpi", 2, "changed", "bob", new("cpi", ["*"], HoldsEntries: true, Cron: "0 9 * * *", Zone: "UTC", ForS: 120));
        await ChangeAsync("quiet", 1, "made", "eve", new("quiet", ["*"], Cron: "0 9 * * *", Zone: "UTC", ForS: 60));
        var tried = _bus.Holds.Count;
        _bus.Outcome = PublishOutcome.Durable;
        await TellAsync(_two);

        var told = _bus.Holds.Skip(tried).Single();
        var hold = told.Items.Single();
        Assert.That((hold.Name, hold.ForS, hold.Version, hold.ChangedBy, told.Revision > before), Is.EqualTo(("cpi", 120, 2, "bob", true)));
        Assert.That(
            _bus.Logs.Select(l => l.Message), Is.EqualTo(new[] { "Blackout cpi was made by ada", "Blackout cpi was changed by bob", "Blackout quiet was made by eve" }));
        await TellAsync(_one);
        Assert.That(_bus.Logs, Has.Count.EqualTo(3), "each once");
    }

    [Test, Order(3)]
    public async Task One_that_is_over_holds_no_more()
    {
        await ChangeAsync("once", 1, "made", "ada", new("once", ["*"], HoldsEntries: true, From: _clock.Time, Until: _clock.Time.AddMinutes(5)));
        await TellAsync(_one);
        Assert.That(_bus.Holds[^1].Items.Select(i => i.Name), Is.EqualTo(new[] { "cpi", "once" }));
        _clock.Time += TimeSpan.FromMinutes(5);
        await TellAsync(_one, anew: true);
        Assert.That(_bus.Holds[^1].Items.Select(i => i.Name), Is.EqualTo(new[] { "cpi" }));
    }

    [Test, Order(4)]
    public async Task A_node_that_does_not_understand_one_leaves_it_to_others_to_tell()
    {
        await ChangeAsync("later", 1, "made", "ada", new("later", ["*"], HoldsEntries: true, Cron: "0 9 * * *", Zone: "UTC", ForS: 60));
        await using var db = Db();
        await db.Blackouts.Where(b => b.Name == "later").ExecuteUpdateAsync(b => b.SetProperty(r => r.Document, """{"moons":3}"""));
        var told = _bus.Holds.Count;
        await TellAsync(_one, anew: true);
        var list = await db.BlackoutList.AsNoTracking().SingleAsync();
        Assert.That((_bus.Holds.Count, list.ToldRevision < list.Revision), Is.EqualTo((told, true)));
        await db.Blackouts.Where(b => b.Name == "later").ExecuteDeleteAsync();
    }

    [Test, Order(5)]
    public async Task A_start_tells_a_list_that_is_newer_than_any_before_it_though_the_database_is_an_older_one()
    {
        var newest = _bus.Holds[^1].Revision;
        await using (var db = Db())
        {
            // As of a backup.
            await db.BlackoutList.ExecuteUpdateAsync(l => l.SetProperty(r => r.Revision, 1_000).SetProperty(r => r.ToldRevision, 1_000));
        }

        _clock.Time += TimeSpan.FromMinutes(1);
        await _one.BeginAsync(CancellationToken.None);
        await TellAsync(_one);
        Assert.That(_bus.Holds[^1].Revision, Is.GreaterThan(newest));
    }

    private static Task TellAsync(BlackoutTeller teller, bool anew = false) => teller.TellAsync(anew, CancellationToken.None);

    private async Task ChangeAsync(string name, int version, string what, string actor, BlackoutDocument document)
    {
        await using var db = Db();
        var row = await db.Blackouts.SingleOrDefaultAsync(b => b.Name == name) ?? db.Blackouts.Add(new() { Id = Guid.NewGuid(), Name = name, Version = 0, Document = "" }).Entity;
        (row.Version, row.Document, row.Actor, row.OverAt) = (version, BlackoutJson.Write(document), actor, document.Until);
        _clock.Time += TimeSpan.FromMilliseconds(1);
        db.BlackoutChanges.Add(new()
        {
            BlackoutId = row.Id,
            Version = version,
            Name = name,
            What = what,
            Document = row.Document,
            Actor = actor,
            CreatedAt = _clock.Time,
        });
        await db.SaveChangesAsync();
        await BlackoutTeller.NextRevisionAsync(db, _clock.Time, CancellationToken.None);
    }

    private BlackoutTeller Teller() => new(
        _services.GetRequiredService<IDbContextFactory<TriggerDb>>(), _bus, new BusReadiness(), _clock, NullLogger<BlackoutTeller>.Instance);

    private TriggerDb Db() => _services.GetRequiredService<IDbContextFactory<TriggerDb>>().CreateDbContext();
}
