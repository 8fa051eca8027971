using System.IO.Pipelines;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Rest;
using TradingSystem.IntegrationTests.Servers;
using TradingSystem.IntegrationTests.Trigger.Storm;
using TradingSystem.Trigger.Hooks;
using TradingSystem.Trigger.Storage;
using TradingSystem.Trigger.Storm;

namespace TradingSystem.IntegrationTests.Trigger.Hooks;

/// <summary>
/// What becomes of an alert whose event the bus does not take, or nobody can decide about. No deadline of the desk ever passes, and what has no key is a repetition for
/// as long as a test may take.
/// </summary>
[TestFixture]
public sealed class HookDeskTests
{
    private const string Secret = "wh_a-secret-of-this-test";

    private readonly FixtureDatabase _database = new();
    private readonly Bus _bus = new();
    private ServiceProvider _services = null!;
    private Guid _hook;

    private DeliveryStore Store => _services.GetRequiredService<DeliveryStore>();

    private HookCourier Courier => _services.GetRequiredService<HookCourier>();

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        await _database.InitialiseAsync();
        var services = new ServiceCollection();
        services.AddSingleton(_ => NpgsqlDataSource.Create(_database.ConnectionString));
        services.AddServiceDb<TriggerDb>(TriggerDb.Schema);
        services.AddSingleton<TimeProvider>(new Patient());
        services.AddSingleton(new HookOptions { Repetition = TimeSpan.FromHours(1) });
        services.AddSingleton<IDurablePublisher>(_bus);
        services.AddSingleton(new HookSecrets(new byte[32]));
        services.AddLogging().AddSingleton<BusReadiness>().AddSingleton<HookArmory>().AddSingleton<HookBook>().AddSingleton<HookGate>().AddSingleton<HookRooms>()
            .AddSingleton(EdgeOptions.Read(new ConfigurationBuilder().Build()))
            .AddSingleton(new StormOptions()).AddSingleton<TargetedGroups>().AddSingleton<StormBook>().AddSingleton<StormGate>()
            .AddSingleton<DeliveryStore>().AddSingleton<SilenceStore>().AddSingleton<HookNotices>().AddSingleton<HookCourier>().AddSingleton<HookDesk>();
        _services = services.BuildServiceProvider();
        await Database.MigrateAsync<TriggerDb>(_services, CancellationToken.None);
        _hook = await AddAsync("bare", null, TimeProvider.System.GetUtcNow());
        await AddAsync("keyed", "{{ body.id }}", TimeProvider.System.GetUtcNow());
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _services.DisposeAsync();
        await _database.DisposeAsync();
    }

    [SetUp]
    public void Empty()
    {
        _bus.Outcome = PublishOutcome.Durable;
        _bus.Sent.Clear();
        _bus.Told.Clear();
    }

    [TestCase("bare", PublishOutcome.Unavailable)]
    [TestCase("keyed", PublishOutcome.Unavailable)]
    [TestCase("keyed", PublishOutcome.Unknown)]
    public async Task What_the_bus_does_not_take_is_kept_and_answered_for(string hook, PublishOutcome outcome)
    {
        _bus.Outcome = outcome;
        var body = $$"""{"id":"away {{outcome}}"}""";
        var (receipt, _) = await PostAsync(hook, body);
        Assert.That(receipt, Is.EqualTo(new HookReceipt(_bus.Sent.Single().Id, false)));

        Assert.That((await PostAsync(hook, body)).Receipt, Is.EqualTo(new HookReceipt(receipt!.Id, true)));
        await using var db = Db();
        Assert.That(
            await db.Signals.AsNoTracking().Where(s => s.Id == receipt.Id).Select(s => s.Event != null && s.ConfirmedAt == null).SingleAsync(), "it is sent when the bus is back");
    }

    [Test]
    public async Task What_nobody_can_decide_about_is_ours_to_send_without_a_key_and_the_senders_with_one()
    {
        HookReceipt? bare;
        await using (await LockAsync())
        {
            (bare, _) = await PostAsync("bare", """{"id":"maybe"}""");
            var (keyed, error) = await PostAsync("keyed", """{"id":"maybe"}""");
            Assert.That((bare is not null, keyed, Status(error), error!.RetryAfter > TimeSpan.Zero), Is.EqualTo((true, (HookReceipt?)null, 503, true)));
            Assert.That(await OutcomeAsync(bare!.Id), Is.Null, "it is asked about again");
            Assert.That(_bus.Sent, Is.Empty);
        }

        Assert.That((await PostAsync("bare", """{"id":"maybe"}""")).Receipt, Is.EqualTo(new HookReceipt(bare.Id, true)));
        var (again, _) = await PostAsync("keyed", """{"id":"maybe"}""");
        Assert.That(_bus.Sent.Select(e => e.Id), Is.EqualTo(new[] { bare.Id, again!.Id }), "with a key it is the very event that was kept");
        Assert.That(again.Duplicate);
    }

    [Test]
    public async Task What_is_old_is_taken_away_but_for_a_hooks_newest_event()
    {
        var ids = new List<Guid>();
        foreach (var body in new[] { "1", "2", "3", "withdrawn", "given up" })
        {
            ids.Add((await PostAsync("bare", body)).Receipt!.Id);
        }

        var old = TimeProvider.System.GetUtcNow() - DeliveryStore.Kept - TimeSpan.FromHours(1);
        await using var db = Db();
        await db.HookDeliveries.Where(d => d.HookId == _hook).ExecuteUpdateAsync(s => s.SetProperty(d => d.ReceivedAt, old.AddHours(-1)));
        await SetAsync(ids[2], old, DeliveryOutcomes.Published);
        // They are newer, and no events.
        await SetAsync(ids[3], old.AddMinutes(1), DeliveryOutcomes.Withdrawn);
        await SetAsync(ids[4], old.AddMinutes(2), DeliveryOutcomes.GivenUp);
        await Store.PruneAsync(CancellationToken.None);
        Assert.That(await db.HookDeliveries.Where(d => d.HookId == _hook).Select(d => d.Id).ToListAsync(), Is.EqualTo(new[] { ids[2] }));
    }

    [Test]
    public async Task A_key_that_comes_again_behind_seven_days_is_an_event_of_its_own()
    {
        var (first, _) = await PostAsync("keyed", """{"id":"weekly"}""");
        await SetAsync(first!.Id, TimeProvider.System.GetUtcNow() - DeliveryStore.Kept - TimeSpan.FromMinutes(1), DeliveryOutcomes.Published);
        await Store.PruneAsync(CancellationToken.None);
        var (second, _) = await PostAsync("keyed", """{"id":"weekly"}""");
        var (again, _) = await PostAsync("keyed", """{"id":"weekly"}""");
        Assert.That((second!.Duplicate, second.Id != first.Id, again), Is.EqualTo((false, true, new HookReceipt(second.Id, true))));
        Assert.That(_bus.Sent.Select(e => e.Id), Is.EqualTo(new[] { first.Id, second.Id }));
    }

    [Test]
    public async Task What_is_too_old_to_be_sent_is_given_up_only_when_people_hear_of_it()
    {
        await using var nobodyDecides = await LockAsync();
        await PostAsync("keyed", """{"id":"too old"}""");
        await using var db = Db();
        var id = await db.HookDeliveries.OrderByDescending(d => d.Seq).Select(d => d.Id).FirstAsync();
        await SetAsync(id, TimeProvider.System.GetUtcNow() - HookCourier.News - TimeSpan.FromSeconds(1), null);
        foreach (var outcome in new[] { PublishOutcome.Unavailable, PublishOutcome.Unknown })
        {
            _bus.Outcome = outcome;
            await Courier.SendAgainAsync(CancellationToken.None);
            Assert.That(await OutcomeAsync(id), Is.Null, "nobody has heard of it");
        }

        _bus.Outcome = PublishOutcome.Durable;
        await Courier.SendAgainAsync(CancellationToken.None);
        Assert.That(await OutcomeAsync(id), Is.EqualTo(DeliveryOutcomes.GivenUp));
        Assert.That(_bus.Told.Select(l => (l.Code, l.Id)).Distinct(), Is.EqualTo(new[] { (HookCodes.GivenUp, id) }), "however often, it is one log");
        Assert.That(_bus.Sent, Is.Empty);
    }

    [Test]
    public async Task What_is_durable_is_so_whatever_was_said_of_it()
    {
        var id = (await PostAsync("keyed", """{"id":"durable"}""")).Receipt!.Id;
        await Store.MarkAsync([id], DeliveryOutcomes.GivenUp);
        Assert.That(await OutcomeAsync(id), Is.EqualTo(DeliveryOutcomes.GivenUp));
        await Store.MarkAsync([id], DeliveryOutcomes.Published);
        await Store.MarkAsync([id], DeliveryOutcomes.GivenUp);
        Assert.That(await OutcomeAsync(id), Is.EqualTo(DeliveryOutcomes.Published));
    }

    [TestCase(DeliveryOutcomes.Withdrawn)]
    [TestCase(DeliveryOutcomes.GivenUp)]
    public async Task What_became_no_event_ends_no_silence(string outcome)
    {
        var now = TimeProvider.System.GetUtcNow();
        var hook = await AddAsync($"silent_{outcome}", null, now.AddHours(-3));
        var (taken, untaken) = ((await PostAsync($"silent_{outcome}", "1")).Receipt!.Id, (await PostAsync($"silent_{outcome}", "2")).Receipt!.Id);
        await SetAsync(taken, now.AddHours(-2), DeliveryOutcomes.Published);
        await SetAsync(untaken, now, outcome);
        var silence = (await _services.GetRequiredService<SilenceStore>().FindAsync([hook], [60], CancellationToken.None)).Single();
        Assert.That((silence.HookId, silence.Since), Is.EqualTo((hook, now.AddHours(-2))).Within(TimeSpan.FromMilliseconds(1)));
    }

    [Test]
    public async Task Who_sends_slowly_takes_no_room_from_another_address()
    {
        var bodies = Enumerable.Range(0, 300).Select(_ => new Pipe()).ToList();
        var slow = bodies.Select(b => PostAsync("bare", b.Reader.AsStream(), "198.51.100.1")).ToList();
        var refused = slow.Where(s => s.IsCompleted).ToList();
        Assert.That(refused, Has.Count.EqualTo(bodies.Count - HookRooms.MostOfOne));
        Assert.That(await Task.WhenAll(refused), Is.All.Matches<(HookReceipt? Receipt, RestError? Error)>(r => Status(r.Error) == 503 && r.Error!.RetryAfter > TimeSpan.Zero));
        Assert.That((await PostAsync("bare", Body("beside them"), "198.51.100.2")).Receipt, Is.Not.Null);

        foreach (var (body, n) in bodies.Select((b, n) => (b, n)))
        {
            await body.Writer.WriteAsync(Encoding.UTF8.GetBytes($"slowly {n}"));
            await body.Writer.CompleteAsync();
        }

        Assert.That((await Task.WhenAll(slow.Except(refused))).Select(r => r.Receipt?.Duplicate), Is.All.False, "they were only slow");
        Assert.That((await PostAsync("bare", Body("behind them"), "198.51.100.1")).Receipt, Is.Not.Null);
    }

    private Task<StormLock> LockAsync() => StormLock.TakeAsync(_services.GetRequiredService<NpgsqlDataSource>());

    private static int? Status(RestError? error) => ((IStatusCodeHttpResult?)error)?.StatusCode;

    private static MemoryStream Body(string text) => new(Encoding.UTF8.GetBytes(text));

    private Task<(HookReceipt? Receipt, RestError? Error)> PostAsync(string hook, string body) => PostAsync(hook, Body(body), "192.0.2.1");

    private Task<(HookReceipt? Receipt, RestError? Error)> PostAsync(string hook, Stream body, string from)
    {
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = IPAddress.Parse(from);
        http.Request.Path = $"/hooks/{hook}/{Secret}";
        http.Request.Body = body;
        TradingSystem.Hosting.Hooks.HookPath.TakeSecret(http.Features, default);
        return _services.GetRequiredService<HookDesk>().TakeAsync(http, hook);
    }

    private async Task<Guid> AddAsync(string name, string? key, DateTimeOffset changedAt)
    {
        var id = Guid.NewGuid();
        await using var db = Db();
        db.Hooks.Add(new()
        {
            Id = id,
            Name = name,
            Version = 1,
            Document = HookJson.Write(new HookDocument(name, new(HookWords.Path), ["*"], "t", Key: key, RatePerMinute: 1_000)),
            SecretHash = HookSecrets.Hash(Secret),
            SecretVersion = 1,
            Actor = "test",
            CreatedAt = changedAt,
            ChangedAt = changedAt,
        });
        await db.SaveChangesAsync();
        await _services.GetRequiredService<HookBook>().ChangedAsync();
        return id;
    }

    private async Task SetAsync(Guid id, DateTimeOffset receivedAt, string? outcome)
    {
        await using var db = Db();
        await db.HookDeliveries.Where(d => d.Id == id).ExecuteUpdateAsync(s => s.SetProperty(d => d.ReceivedAt, receivedAt).SetProperty(d => d.Outcome, outcome));
    }

    private async Task<string?> OutcomeAsync(Guid id)
    {
        await using var db = Db();
        return (await db.HookDeliveries.AsNoTracking().SingleAsync(d => d.Id == id)).Outcome;
    }

    private TriggerDb Db() => _services.GetRequiredService<IDbContextFactory<TriggerDb>>().CreateDbContext();

    /// <summary>The machine's clock, by which nothing ever falls due.</summary>
    private sealed class Patient : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private sealed class Bus : IDurablePublisher
    {
        public PublishOutcome Outcome { get; set; }

        public List<ImmediateEvent> Sent { get; } = [];

        public List<SystemLog> Told { get; } = [];

        public Task<PublishOutcome> PublishAsync<TItem>(TItem item, CancellationToken cancellationToken)
            where TItem : class
        {
            lock (Sent)
            {
                switch (item)
                {
                    case ImmediateEvent sent:
                        Sent.Add(sent);
                        break;
                    case SystemLog told:
                        Told.Add(told);
                        break;
                }
            }

            return Task.FromResult(Outcome);
        }

        public Task<PublishOutcome> PublishAllAsync<TItem>(IReadOnlyList<TItem> items, CancellationToken cancellationToken)
            where TItem : class => throw new NotSupportedException();
    }
}
