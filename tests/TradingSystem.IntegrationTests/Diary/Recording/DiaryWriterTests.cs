using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Diary.Queries;
using TradingSystem.Diary.Storage;
using TradingSystem.Hosting;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Diary.Recording;

[TestFixture]
public sealed class DiaryWriterTests
{
    private readonly FixtureDatabase _database = new();
    private ServiceProvider _services = null!;
    private DiaryWriter _writer = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        await _database.InitialiseAsync();
        var services = new ServiceCollection();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(_ => NpgsqlDataSource.Create(_database.ConnectionString));
        services.AddServiceDb<DiaryDb>(DiaryDb.Schema);
        services.AddSingleton<TimelineSignal>();
        services.AddSingleton<DiaryWriter>();
        _services = services.BuildServiceProvider();
        _writer = _services.GetRequiredService<DiaryWriter>();
        await Database.MigrateAsync<DiaryDb>(_services, CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _services.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task Writing_again_changes_nothing_even_within_one_group()
    {
        var events = Enumerable.Range(0, 50).Select(i => Event($"e{i}")).ToList();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _writer.WriteAsync(events, CancellationToken.None)));
        var ids = events.ConvertAll(e => e.Id);
        Assert.That(await ReadAsync(db => db.Events.CountAsync(e => ids.Contains(e.Id))), Is.EqualTo(50));
    }

    [Test]
    public async Task Messages_that_wait_together_are_written_in_the_order_they_came()
    {
        var messages = Enumerable.Range(0, 40).Select(m => Enumerable.Range(0, 5).Select(i => Event($"{m}/{i}")).ToList()).ToList();
        await Task.WhenAll(messages.Select(m => _writer.WriteAsync(m, CancellationToken.None)));
        var ids = messages.SelectMany(m => m).Select(e => e.Id).ToList();
        Assert.That(await ReadAsync(db => db.Events.Where(e => ids.Contains(e.Id)).OrderBy(e => e.Seq).Select(e => e.Id).ToListAsync()), Is.EqualTo(ids));
    }

    [Test]
    public async Task An_order_update_keeps_every_step_and_reads_as_it_was()
    {
        var order = Guid.NewGuid();
        var update = new OrderUpdate
        {
            Id = Guid.NewGuid(),
            OrderId = order,
            DecisionId = Guid.NewGuid(),
            ClientDecisionId = "d-1",
            GroupId = Guid.NewGuid(),
            GroupName = "demo",
            AccountId = Guid.NewGuid(),
            Mode = Modes.Simulated,
            Status = OrderStatus.Closed,
            Terminal = true,
            Symbol = "BTCUSDT",
            Side = SideWords.Sell,
            Qty = 0.01m,
            AvgPrice = 99_990m,
            Fee = 0.49995m,
            RealizedPnl = -0.2m,
            CorrelationId = "c-1",
            CreatedAt = DateTimeOffset.UnixEpoch,
            Before = [new(Guid.NewGuid(), OrderStatus.Accepted), new(Guid.NewGuid(), OrderStatus.Submitted), new(Guid.NewGuid(), OrderStatus.Filled)],
        };
        await _writer.WriteAsync(
            [update, update with { Id = Guid.NewGuid(), Status = "rejected", Before = null, Reason = new(ReasonCodes.QtyTooSmall, "1", "2", null, "no\0nul") }],
            CancellationToken.None);
        var rows = await ReadAsync(db => db.OrderUpdates.Where(u => u.OrderId == order).OrderBy(u => u.Seq).ToListAsync());
        Assert.Multiple(() =>
        {
            Assert.That(Items.Item(rows[0]).Steps, Is.EqualTo(new[] { "accepted", "submitted", "filled", "closed" }));
            Assert.That((Items.Item(rows[0]).Qty, Items.Item(rows[0]).AvgPrice, Items.Item(rows[0]).Fee), Is.EqualTo((0.01m, 99_990m, 0.49995m)));
            Assert.That(Items.Item(rows[1]).Steps, Is.EqualTo(new[] { "rejected" }));
            Assert.That(Items.Item(rows[1]).Reason!.Value.GetProperty("code").GetString(), Is.EqualTo("QTY_TOO_SMALL"));
        });
    }

    [Test]
    public async Task Odd_text_is_kept_and_fails_nobody()
    {
        var odd = Event("\0 \ud800 ü") with { Targets = ["a\"b", "\0", "grüße"], Condition = """{"a":"\u0000","n":1e999999}""", Tags = [] };
        var plain = Event("plain");
        await Task.WhenAll(_writer.WriteAsync([odd], CancellationToken.None), _writer.WriteAsync([plain], CancellationToken.None));
        var row = Items.Item(await ReadAsync(db => db.Events.SingleAsync(e => e.Id == odd.Id)));
        Assert.Multiple(() =>
        {
            Assert.That(row.Targets, Is.EqualTo(new[] { "a\"b", "\ufffd", "grüße" }));
            Assert.That(row.Tags, Is.Empty);
            Assert.That(row.Title, Is.EqualTo("\ufffd \ufffd ü"));
        });
    }

    private static ImmediateEvent Event(string title) =>
        new(Guid.NewGuid(), "trigger:test", 5, ["demo"], title, "payload", ["t"], null, null, DateTimeOffset.UnixEpoch, null);

    private async Task<T> ReadAsync<T>(Func<DiaryDb, Task<T>> read)
    {
        await using var db = await _services.GetRequiredService<IDbContextFactory<DiaryDb>>().CreateDbContextAsync();
        return await read(db);
    }
}
