using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using NUnit.Framework;
using TradingSystem.Hosting;
using TradingSystem.IntegrationTests.Servers;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.IntegrationTests.Trigger.Storage;

/// <summary>What came of rules, in the database.</summary>
[TestFixture]
public sealed class EvaluationStorageTests
{
    private const string Market = "live";
    private static readonly DateTimeOffset Midnight = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    private readonly FixtureDatabase _database = new();
    private ServiceProvider _services = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        await _database.InitialiseAsync();
        _services = Services(_database.ConnectionString);
        await Database.MigrateAsync<TriggerDb>(_services, CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _services.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task What_raised_an_event_stays_whoever_looks_at_the_same_close_after_it()
    {
        var (rule, raised) = (Guid.NewGuid(), Guid.NewGuid());
        await KeepAsync(Row(rule, 1, met: false), Row(rule, 2, met: true), Row(rule, 2, met: true, raised), Row(rule, 2, met: null));
        await KeepAsync(Row(rule, 2, met: true), Row(rule, 3, met: null));

        Assert.That(
            (await RowsAsync(rule)).Select(e => ((e.At - Midnight).TotalSeconds, e.Met, e.EventId)),
            Is.EqualTo(new[] { (1d, (bool?)false, (Guid?)null), (2d, true, raised), (3d, null, null) }));
    }

    [Test]
    public async Task Where_a_rule_stands_is_its_last_event_and_how_far_it_is_kept()
    {
        var (rule, first, second) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await KeepAsync(Row(rule, 1, met: false));
        Assert.That(await StateAsync(rule), Is.EqualTo((1d, (double?)null, (Guid?)null)));
        await KeepAsync(Row(rule, 2, met: true, first), Row(rule, 4, met: true, second), Row(rule, 5, met: false));
        Assert.That(await StateAsync(rule), Is.EqualTo((5d, (double?)4d, (Guid?)second)));
        // Of a node that is behind.
        await KeepAsync(Row(rule, 2, met: true, first));
        Assert.That(await StateAsync(rule), Is.EqualTo((5d, (double?)4d, (Guid?)second)));
        await KeepAsync(Row(rule, 9, met: false));
        Assert.That(await StateAsync(rule), Is.EqualTo((9d, (double?)4d, (Guid?)second)));
    }

    [Test]
    public async Task What_is_old_is_taken_away_but_for_the_last_of_it_which_was_so_until_the_next()
    {
        var rule = Guid.NewGuid();
        await KeepAsync(Row(rule, 1, met: false), Row(rule, 2, met: true), Row(rule, 3, met: false), Row(rule, 3, met: false, run: "played"));
        await using (var db = Db())
        {
            var old = TimeProvider.System.GetUtcNow() - EvaluationWriter.Kept - TimeSpan.FromMinutes(1);
            await db.RuleEvaluations.Where(e => e.RuleId == rule && e.At < Midnight.AddSeconds(3)).ExecuteUpdateAsync(s => s.SetProperty(e => e.CreatedAt, old));
            await db.RuleEvaluations.Where(e => e.RuleId == rule && e.Run != Market).ExecuteUpdateAsync(s => s.SetProperty(e => e.CreatedAt, old));
        }

        // Whoever begins to write takes away what is old.
        using var writer = Writer();
        writer.Keep(Row(rule, 4, met: true));
        await writer.StartAsync(CancellationToken.None);
        await Wait.UntilAsync("it is taken away", async () => (await RowsAsync(rule)).Count == 3);
        await writer.StopAsync(CancellationToken.None);
        Assert.That((await RowsAsync(rule)).Select(e => ((e.At - Midnight).TotalSeconds, e.Run)), Is.EqualTo(new[] { (2d, Market), (3d, Market), (4d, Market) }));
    }

    [Test]
    public async Task A_cooldown_goes_on_behind_an_upgrade()
    {
        await using var empty = new FixtureDatabase();
        await empty.InitialiseAsync();
        var (rule, last) = (Guid.NewGuid(), Guid.NewGuid());
        await using (var services = Services(empty.ConnectionString))
        await using (var db = await services.GetRequiredService<IDbContextFactory<TriggerDb>>().CreateDbContextAsync())
        {
            await db.GetService<IMigrator>().MigrateAsync("20261130015620_Rules");
            foreach (var (second, id) in new[] { (1, Guid.NewGuid()), (7, last), (3, Guid.NewGuid()) })
            {
                await db.Database.ExecuteSqlAsync(
                    $"""
                    insert into trigger.rule_firings (market, rule_id, symbol, at, version, event_id, created_at)
                    values ({Market}, {rule}, 'BTCUSDT', {Midnight.AddSeconds(second)}, 1, {id}, {Midnight})
                    """);
            }

            await db.Database.MigrateAsync();
            var state = await db.RuleStates.SingleAsync();
            Assert.That((state.RuleId, state.Symbol, state.FiredAt, state.EventId), Is.EqualTo((rule, "BTCUSDT", (DateTimeOffset?)Midnight.AddSeconds(7), (Guid?)last)));
        }
    }

    private static RuleEvaluationRow Row(Guid rule, int second, bool? met, Guid? raised = null, string run = Market) => new()
    {
        Market = Market,
        Run = run,
        RuleId = rule,
        Symbol = "BTCUSDT",
        At = Midnight.AddSeconds(second),
        Version = 1,
        Met = met,
        Outcome = null,
        Clauses = "[]",
        EventId = raised,
    };

    private static ServiceProvider Services(string connection)
    {
        var services = new ServiceCollection();
        services.AddSingleton(_ => NpgsqlDataSource.Create(connection));
        services.AddServiceDb<TriggerDb>(TriggerDb.Schema);
        return services.BuildServiceProvider();
    }

    /// <summary>By a writer that is started for it, and waits until it is there.</summary>
    private async Task KeepAsync(params RuleEvaluationRow[] rows)
    {
        using var writer = Writer();
        // One that comes last shows that all were written.
        var mark = Guid.NewGuid();
        Array.ForEach(rows, writer.Keep);
        writer.Keep(Row(mark, 0, met: null));
        await writer.StartAsync(CancellationToken.None);
        await Wait.UntilAsync("it is written", async () => (await RowsAsync(mark)).Count == 1);
        await writer.StopAsync(CancellationToken.None);
    }

    private EvaluationWriter Writer() =>
        new(_services.GetRequiredService<NpgsqlDataSource>(), TimeProvider.System, NullLogger<EvaluationWriter>.Instance);

    private async Task<List<RuleEvaluationRow>> RowsAsync(Guid rule)
    {
        await using var db = Db();
        return await db.RuleEvaluations.AsNoTracking().Where(e => e.RuleId == rule).OrderBy(e => e.At).ThenBy(e => e.Run).ToListAsync();
    }

    private async Task<(double KeptUntil, double? FiredAt, Guid? EventId)> StateAsync(Guid rule)
    {
        await using var db = Db();
        var state = await db.RuleStates.AsNoTracking().SingleAsync(s => s.RuleId == rule);
        return ((state.KeptUntil - Midnight).TotalSeconds, (state.FiredAt - Midnight)?.TotalSeconds, state.EventId);
    }

    private TriggerDb Db() => _services.GetRequiredService<IDbContextFactory<TriggerDb>>().CreateDbContext();
}
