using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NUnit.Framework;
using TradingSystem.Hosting;
using TradingSystem.IntegrationTests.Servers;
using TradingSystem.Trigger.Api;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Market;
using TradingSystem.Trigger.Rules;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.IntegrationTests.Trigger.Api;

/// <summary>What a rule's view says of it, out of what is kept.</summary>
[TestFixture]
public sealed class RuleViewsTests
{
    private const string Market = "live";

    // Market time, which says nothing about when something happened.
    private static readonly DateTimeOffset Candle = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly FeedStatus Live = new(FeedStatus.Live, Market, Interval.Second, Interval.Second, ["BTCUSDT", "ETHUSDT"], null);

    private readonly FixtureDatabase _database = new();
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();
    private ServiceProvider _services = null!;

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

    [Test]
    public async Task One_that_raised_an_event_within_five_minutes_is_online_and_one_that_did_not_is_quiet()
    {
        var (young, old, none) = (await AddAsync(), await AddAsync(), await AddAsync());
        await EvaluateAsync(young, minutesAgo: 4.5);
        await EvaluateAsync(old, minutesAgo: 5.5);
        await EvaluateAsync(none, minutesAgo: 1, outcome: RuleWords.Cooldown);

        Assert.That(
            new[] { await ViewAsync(young), await ViewAsync(old), await ViewAsync(none) }.Select(v => (v.Status, v.EventsLastHour, v.LastError)),
            Is.EqualTo(new[] { ("online", 1, null), ("quiet", 1, (RuleError?)null), ("quiet", 0, null) }));
    }

    [Test]
    public async Task Events_of_the_last_hour_by_the_clock_count_over_all_symbols_of_the_market_that_is_on()
    {
        var rule = await AddAsync();
        await EvaluateAsync(rule, minutesAgo: 1);
        await EvaluateAsync(rule, minutesAgo: 30, symbol: "ETHUSDT");
        await EvaluateAsync(rule, minutesAgo: 59.5);
        await EvaluateAsync(rule, minutesAgo: 60.5);
        await EvaluateAsync(rule, minutesAgo: 2, market: "replay");
        await EvaluateAsync(rule, minutesAgo: 3, outcome: RuleWords.Late);

        Assert.That((await ViewAsync(rule)).EventsLastHour, Is.EqualTo(3));
        Assert.That((await ViewAsync(rule, Live with { StoredAs = "replay" })).EventsLastHour, Is.EqualTo(1));
        Assert.That((await ViewAsync(await AddAsync())).EventsLastHour, Is.Zero, "another rule's are its own");
    }

    [Test]
    public async Task Its_last_event_is_the_newest_of_its_symbols_in_the_market_that_is_on()
    {
        var (rule, newest) = (await AddAsync(), Guid.NewGuid());
        await using (var db = Db())
        {
            db.RuleStates.AddRange(
                State("BTCUSDT", 1, Guid.NewGuid()), State("ETHUSDT", 2, newest), State("SOLUSDT", null, null), State("BTCUSDT", 3, Guid.NewGuid(), "replay"));
            await db.SaveChangesAsync();
        }

        var view = await ViewAsync(rule);
        Assert.That(view.LastEvent, Is.EqualTo(new RuleEvent(newest, "ETHUSDT", Candle.AddSeconds(2))));
        Assert.That((view.LastEventAt, view.LastEventId), Is.EqualTo(((DateTimeOffset?)Candle.AddSeconds(2), (Guid?)newest)));

        RuleStateRow State(string symbol, int? second, Guid? id, string market = Market) =>
            new() { Market = market, RuleId = rule, Symbol = symbol, KeptUntil = Candle.AddMinutes(1), FiredAt = second is { } s ? Candle.AddSeconds(s) : null, EventId = id };
    }

    [Test]
    public async Task One_that_nobody_looks_at_is_offline_although_it_raised_an_event_just_now()
    {
        var all = await AddAsync();
        var off = await AddAsync(""","enabled":false""");
        var elsewhere = await AddAsync(symbols: """["DOGEUSDT"]""");
        var longer = await AddAsync(""","interval":"1d" """);
        foreach (var rule in new[] { all, off, elsewhere, longer })
        {
            await EvaluateAsync(rule, minutesAgo: 1);
        }

        Assert.That((await ViewAsync(all)).Status, Is.EqualTo("online"));
        Assert.That((await ViewAsync(all, Live with { Alive = false, DeadSince = _now })).Status, Is.EqualTo("offline"));
        Assert.That((await ViewAsync(all, Live with { IsOver = true })).Status, Is.EqualTo("offline"));
        Assert.That((await ViewAsync(all, status: null)).Status, Is.EqualTo("offline"));
        Assert.That((await ViewAsync(off)).Status, Is.EqualTo("offline"));
        Assert.That((await ViewAsync(elsewhere)).Status, Is.EqualTo("offline"));
        Assert.That((await ViewAsync(longer)).Status, Is.EqualTo("offline"));
        var unlooked = await ViewAsync(all, Live, new() { Enabled = false });
        Assert.That((unlooked.Status, unlooked.Watched.Count), Is.EqualTo(("offline", 0)));
    }

    [Test]
    public async Task What_went_wrong_last_is_that_it_cannot_be_used_or_that_its_event_could_not_be_written()
    {
        var unwritten = await AddAsync();
        await EvaluateAsync(unwritten, minutesAgo: 10, outcome: RuleWords.Unwritten);
        await EvaluateAsync(unwritten, minutesAgo: 20, outcome: RuleWords.Unwritten);
        var view = await ViewAsync(unwritten);
        Assert.That((view.Status, view.EventsLastHour), Is.EqualTo(("quiet", 0)));
        Assert.That(view.LastError!.At, Is.EqualTo(_now.AddMinutes(-10)).Within(TimeSpan.FromMilliseconds(1)));
        Assert.That(view.LastError.Message, Does.Contain("could not be written"));

        var unusable = await AddAsync(when: """{"left":{"candle":"close"},"op":"between"}""");
        view = await ViewAsync(unusable);
        Assert.That((view.Status, view.Watched.Count, view.LastError!.At), Is.EqualTo(("offline", 0, Candle)));
        Assert.That(view.LastError.Message, Does.Contain("when.op: "));
    }

    /// <summary>Its id.</summary>
    private async Task<Guid> AddAsync(string more = "", string symbols = """["*"]""", string when = """{"left":{"candle":"close"},"op":"gt","right":{"value":1}}""")
    {
        var id = Guid.NewGuid();
        await using var db = Db();
        db.Rules.Add(new() { Id = id, Name = $"r{id:n}", Version = 1, CreatedAt = Candle });
        db.RuleVersions.Add(new()
        {
            RuleId = id,
            Version = 1,
            Document = $$"""{"name":"r","symbols":{{symbols}},"when":{{when}},"title":"t"{{more}}}""",
            Actor = "a",
            CreatedAt = Candle,
        });
        await db.SaveChangesAsync();
        return id;
    }

    private async Task EvaluateAsync(Guid rule, double minutesAgo, string outcome = RuleWords.Raised, string symbol = "BTCUSDT", string market = Market)
    {
        await using var db = Db();
        db.RuleEvaluations.Add(new()
        {
            Market = market,
            Run = market,
            RuleId = rule,
            Symbol = symbol,
            At = Candle.AddSeconds(minutesAgo),
            Version = 1,
            Met = true,
            Outcome = outcome,
            Clauses = "[]",
            EventId = outcome == RuleWords.Raised ? Guid.NewGuid() : null,
            CreatedAt = _now.AddMinutes(-minutesAgo),
        });
        await db.SaveChangesAsync();
    }

    private Task<RuleView> ViewAsync(Guid rule) => ViewAsync(rule, Live);

    private async Task<RuleView> ViewAsync(Guid rule, FeedStatus? status, RuleOptions? options = null)
    {
        await using var db = Db();
        var market = new MarketState(TimeProvider.System, []);
        if (status is not null)
        {
            market.Started(status);
        }

        var views = new RuleViews(db, market, options ?? new(), new StandingTime(_now));
        var found = await views.FindAsync(db.Rules.Where(r => r.Id == rule), 1, CancellationToken.None);
        return await views.OfAsync(found.Single(), CancellationToken.None);
    }

    private TriggerDb Db() => _services.GetRequiredService<IDbContextFactory<TriggerDb>>().CreateDbContext();

    private sealed class StandingTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
