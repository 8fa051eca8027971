using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Rest;
using TradingSystem.IntegrationTests.Servers;
using TradingSystem.Trigger.Hooks;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.IntegrationTests.Trigger.Hooks;

/// <summary>What becomes of an alert whose event the bus does not take, or may have taken.</summary>
[TestFixture]
public sealed class HookDeskTests
{
    private const string Secret = "wh_a-secret-of-this-test";

    private readonly FixtureDatabase _database = new();
    private readonly Guid _hook = Guid.NewGuid();
    private readonly Bus _bus = new();
    private ServiceProvider _services = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        await _database.InitialiseAsync();
        var services = new ServiceCollection();
        services.AddSingleton(_ => NpgsqlDataSource.Create(_database.ConnectionString));
        services.AddServiceDb<TriggerDb>(TriggerDb.Schema);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IDurablePublisher>(_bus);
        services.AddSingleton(new HookSecrets(new byte[32]));
        services.AddLogging().AddSingleton<BusReadiness>().AddSingleton<HookArmory>().AddSingleton<HookBook>().AddSingleton<HookGate>().AddSingleton<DeliveryStore>()
            .AddSingleton<HookNotices>().AddSingleton<HookCourier>().AddSingleton<HookDesk>();
        _services = services.BuildServiceProvider();
        await Database.MigrateAsync<TriggerDb>(_services, CancellationToken.None);
        await using (var db = Db())
        {
            foreach (var (name, key) in new[] { ("bare", (string?)null), ("keyed", "{{ body.id }}") })
            {
                db.Hooks.Add(new()
                {
                    Id = name == "bare" ? _hook : Guid.NewGuid(),
                    Name = name,
                    Version = 1,
                    Document = HookJson.Write(new HookDocument(name, new(HookWords.Path), ["*"], "t", Key: key)),
                    SecretHash = HookSecrets.Hash(Secret),
                    SecretVersion = 1,
                    Actor = "test",
                    CreatedAt = TimeProvider.System.GetUtcNow(),
                    ChangedAt = TimeProvider.System.GetUtcNow(),
                });
            }

            await db.SaveChangesAsync();
        }

        await _services.GetRequiredService<HookBook>().ChangedAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _services.DisposeAsync();
        await _database.DisposeAsync();
    }

    [SetUp]
    public void Empty() => _bus.Sent.Clear();

    [TestCase("bare", "withdrawn")]
    [TestCase("keyed", null)]
    public async Task What_the_bus_surely_did_not_take_is_to_be_sent_again(string hook, string? outcome)
    {
        _bus.Outcome = PublishOutcome.Unavailable;
        var (receipt, error) = await PostAsync(hook, """{"id":"away"}""");
        Assert.That((receipt, Status(error), error!.RetryAfter > TimeSpan.Zero), Is.EqualTo(((HookReceipt?)null, 503, true)));
        var first = _bus.Sent.Single();
        Assert.That(await OutcomeAsync(first.Id), Is.EqualTo(outcome));

        _bus.Outcome = PublishOutcome.Durable;
        (receipt, _) = await PostAsync(hook, """{"id":"away"}""");
        Assert.That((receipt!.Id == first.Id, receipt.Duplicate), Is.EqualTo(hook == "keyed" ? (true, true) : (false, false)));
        Assert.That(_bus.Sent, Has.Count.EqualTo(2));
        Assert.That(_bus.Sent[1].Payload == first.Payload, Is.EqualTo(hook == "keyed"), "with a key it is the very event that was kept");
    }

    [Test]
    public async Task What_the_bus_may_have_taken_is_ours_to_send_without_a_key_and_the_senders_with_one()
    {
        _bus.Outcome = PublishOutcome.Unknown;
        var (bare, _) = await PostAsync("bare", """{"id":"maybe"}""");
        var (keyed, error) = await PostAsync("keyed", """{"id":"maybe"}""");
        Assert.That((bare is not null, keyed, Status(error)), Is.EqualTo((true, (HookReceipt?)null, 503)));
        Assert.That(await OutcomeAsync(bare!.Id), Is.Null, "it is sent again");
        (var again, _) = await PostAsync("bare", """{"id":"maybe"}""");
        Assert.That(again, Is.EqualTo(new HookReceipt(bare.Id, true)));
    }

    [Test]
    public async Task What_is_old_is_taken_away_but_for_a_hooks_newest_event()
    {
        _bus.Outcome = PublishOutcome.Durable;
        var ids = new List<Guid>();
        foreach (var body in new[] { "1", "2", "3" })
        {
            ids.Add((await PostAsync("bare", body)).Receipt!.Id);
        }

        await using var db = Db();
        var old = TimeProvider.System.GetUtcNow() - DeliveryStore.Kept - TimeSpan.FromHours(1);
        await db.HookDeliveries.Where(d => d.HookId == _hook).ExecuteUpdateAsync(s => s.SetProperty(d => d.ReceivedAt, old.AddHours(-1)));
        var newest = ids[^1];
        await db.HookDeliveries.Where(d => d.Id == newest).ExecuteUpdateAsync(s => s.SetProperty(d => d.ReceivedAt, old));
        await _services.GetRequiredService<DeliveryStore>().PruneAsync(CancellationToken.None);
        Assert.That(await db.HookDeliveries.Where(d => d.HookId == _hook).Select(d => d.Id).ToListAsync(), Is.EqualTo(new[] { newest }));
    }

    private static int? Status(RestError? error) => ((IStatusCodeHttpResult?)error)?.StatusCode;

    private Task<(HookReceipt? Receipt, RestError? Error)> PostAsync(string hook, string body)
    {
        var http = new DefaultHttpContext();
        http.Request.Path = $"/hooks/{hook}/{Secret}";
        http.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        TradingSystem.Hosting.Hooks.HookPath.TakeSecret(http.Features, default);
        return _services.GetRequiredService<HookDesk>().TakeAsync(http, hook);
    }

    private async Task<string?> OutcomeAsync(Guid id)
    {
        await using var db = Db();
        return (await db.HookDeliveries.AsNoTracking().SingleAsync(d => d.Id == id)).Outcome;
    }

    private TriggerDb Db() => _services.GetRequiredService<IDbContextFactory<TriggerDb>>().CreateDbContext();

    private sealed class Bus : IDurablePublisher
    {
        public PublishOutcome Outcome { get; set; }

        public List<ImmediateEvent> Sent { get; } = [];

        public Task<PublishOutcome> PublishAsync<TItem>(TItem item, CancellationToken cancellationToken)
            where TItem : class
        {
            if (item is ImmediateEvent sent)
            {
                Sent.Add(sent);
            }

            return Task.FromResult(Outcome);
        }

        public Task<PublishOutcome> PublishAllAsync<TItem>(IReadOnlyList<TItem> items, CancellationToken cancellationToken)
            where TItem : class => throw new NotSupportedException();
    }
}
