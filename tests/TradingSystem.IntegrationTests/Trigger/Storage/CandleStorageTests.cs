using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting;
using TradingSystem.IntegrationTests.Servers;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Market;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.IntegrationTests.Trigger.Storage;

/// <summary>Candles in the database, with what exchanges told of marks beside them.</summary>
[TestFixture]
public sealed class CandleStorageTests
{
    private static readonly DateTimeOffset Now = Interval.Minute.Floor(TimeProvider.System.GetUtcNow());

    private readonly FixtureDatabase _database = new();
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
    public async Task A_candle_is_kept_with_its_marks_to_the_last_digit()
    {
        Candle[] candles = [Bar("AUSDT", 0, 60_123.45678901m, -0.00012345m), Bar("AUSDT", 1, 60_000m), Bar("AUSDT", 2)];
        await KeepAsync(candles);
        Assert.That(await WithinAsync("AUSDT"), Is.EqualTo(candles));
    }

    [Test]
    public async Task What_is_kept_of_marks_is_never_overwritten_and_only_ever_completed()
    {
        await KeepAsync(Bar("BUSDT", 0, 100m, 0.0001m), Bar("BUSDT", 1, 100m), Bar("BUSDT", 2));
        // The exchange's record has none, and another node may have heard of other ones.
        await KeepAsync(Bar("BUSDT", 0) with { Volume = 9 }, Bar("BUSDT", 1, 101m, 0.0002m), Bar("BUSDT", 2, 102m, 0.0003m));

        Assert.That(
            await WithinAsync("BUSDT"),
            Is.EqualTo(new[] { Bar("BUSDT", 0, 100m, 0.0001m) with { Volume = 9 }, Bar("BUSDT", 1, 100m), Bar("BUSDT", 2, 102m, 0.0003m) }));
    }

    [Test]
    public async Task A_start_finds_beside_the_exchanges_record_what_is_kept_of_marks()
    {
        await KeepAsync(Bar("CUSDT", 0, 100m, 0.0001m), Bar("CUSDT", 1), Bar("CUSDT", 2, 102m), Bar("DUSDT", 1, 7m));
        var market = new MarketState(TimeProvider.System, []);
        await ReadAsync(_services.GetRequiredService<NpgsqlDataSource>(), market);
        market.Started(Status("CUSDT"));
        market.History("CUSDT", Interval.Minute, [Bar("CUSDT", 0), Bar("CUSDT", 1), Bar("CUSDT", 2)], derive: false);

        Assert.That(
            market.Candles("CUSDT", "1m", 10, Now.AddDays(1)), Is.EqualTo(new[] { Bar("CUSDT", 0, 100m, 0.0001m), Bar("CUSDT", 1), Bar("CUSDT", 2, 102m) }));
    }

    /// <summary>Of what is older than the minutes that are shown to rules only what longer candles end with.</summary>
    [Test]
    public async Task A_start_finds_what_longer_candles_of_days_ago_had()
    {
        var hour = Interval.Hour.Floor(Now.AddDays(-5));
        await KeepAsync(At(hour.AddMinutes(58), 1m), At(hour.AddMinutes(59), 2m), At(hour.AddMinutes(4), 3m));
        var market = new MarketState(TimeProvider.System, []);
        await ReadAsync(_services.GetRequiredService<NpgsqlDataSource>(), market);
        market.Started(Status("EUSDT"));
        market.History("EUSDT", Interval.Hour, [At(hour) with { Interval = "1h" }], derive: false);
        market.History("EUSDT", Interval.FiveMinutes, [At(hour) with { Interval = "5m" }], derive: false);
        market.History("EUSDT", Interval.Minute, [At(hour.AddMinutes(58)), At(hour.AddMinutes(59))], derive: false);

        Assert.That(
            new[] { "1h", "5m", "1m" }.SelectMany(i => market.Candles("EUSDT", i, 10, Now)).Select(c => c.MarkPrice), Is.EqualTo(new decimal?[] { 2m, 3m, null, 2m }));

        static Candle At(DateTimeOffset open, decimal? mark = null) => new("EUSDT", "1m", open, 1, 1, 1, 1, 1, true, mark);
    }

    [Test]
    public async Task Half_of_what_is_kept_is_none()
    {
        await KeepAsync(Bar("GUSDT", 0, 100m));
        await KeepAsync(Bar("HUSDT", 0, 100m));
        await ExecuteAsync("update trigger.candles set mark_price = 'NaN' where symbol = 'HUSDT'");
        var market = new MarketState(TimeProvider.System, []);
        await new KeptMarks(_services.GetRequiredService<NpgsqlDataSource>(), ["GUSDT", "HUSDT"], market, TimeProvider.System, NullLogger<KeptMarks>.Instance)
            .StartAsync(CancellationToken.None);
        market.Started(Status("GUSDT"));
        market.History("GUSDT", Interval.Minute, [Bar("GUSDT", 0)], derive: false);

        Assert.That(market.Candles("GUSDT", "1m", 10, Now.AddDays(1)).Single().MarkPrice, Is.Null, "what of the other cannot be read comes behind it");
    }

    [Test]
    public async Task What_waits_at_a_stop_is_written_then()
    {
        var database = _services.GetRequiredService<NpgsqlDataSource>();
        using var writer = new CandleWriter(database, TimeProvider.System, NullLogger<CandleWriter>.Instance);
        writer.Started(Status("FUSDT"));
        await using (var connection = await database.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var taken = new NpgsqlCommand("lock table trigger.candles in access exclusive mode", connection, transaction);
            await taken.ExecuteNonQueryAsync();
            writer.Closed(Bar("FUSDT", 0, 100m));
            await writer.StartAsync(CancellationToken.None);
            await Wait.UntilAsync("the first is being written", async () => await ExecuteAsync(
                "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%insert into trigger.candles%' and pid <> pg_backend_pid()") is > 0L);
            writer.Closed(Bar("FUSDT", 1, 101m));
            var stopped = writer.StopAsync(CancellationToken.None);
            await transaction.RollbackAsync();
            await stopped;
        }

        Assert.That((await WithinAsync("FUSDT")).Select(c => c.MarkPrice), Is.EqualTo(new decimal?[] { 100m, 101m }));
    }

    [Test]
    public async Task A_database_that_is_away_does_not_hold_up_a_start()
    {
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=u;Password=p;Database=d;Timeout=1");
        Assert.That(async () => await ReadAsync(nowhere, new MarketState(TimeProvider.System, [])), Throws.Nothing);
    }

    private static Task ReadAsync(NpgsqlDataSource database, MarketState market) =>
        new KeptMarks(database, ["CUSDT", "DUSDT", "EUSDT"], market, TimeProvider.System, NullLogger<KeptMarks>.Instance).StartAsync(CancellationToken.None);

    private async Task<object?> ExecuteAsync(string sql)
    {
        await using var command = _services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    private static Candle Bar(string symbol, int number, decimal? mark = null, decimal? rate = null) =>
        new(symbol, "1m", Now.AddMinutes(number - 30), 1.5m, 2m, 1m, 1.25m, 3m, true, mark, rate);

    private static FeedStatus Status(string symbol) => new(FeedStatus.Live, FeedStatus.Live, Interval.Second, Interval.Second, [symbol], null);

    /// <summary>By a writer that is started for it, and waits until they are there.</summary>
    private async Task KeepAsync(params Candle[] candles)
    {
        using var writer = new CandleWriter(_services.GetRequiredService<NpgsqlDataSource>(), TimeProvider.System, NullLogger<CandleWriter>.Instance);
        writer.Started(Status(candles[0].Symbol));
        // One that comes last shows that all were written.
        var last = Bar($"L{Guid.NewGuid():n}"[..20], 0);
        Array.ForEach(candles, writer.Closed);
        writer.Closed(last);
        await writer.StartAsync(CancellationToken.None);
        await Wait.UntilAsync("they are written", async () => (await WithinAsync(last.Symbol)).Count == 1);
        await writer.StopAsync(CancellationToken.None);
    }

    private async Task<IReadOnlyList<Candle>> WithinAsync(string symbol)
    {
        var market = new MarketState(TimeProvider.System, []);
        market.Started(Status(symbol));
        var stored = new StoredCandles(market, _services.GetRequiredService<IDbContextFactory<TriggerDb>>(), NullLogger<StoredCandles>.Instance);
        return await stored.WithinAsync(symbol, Now.AddDays(-1), Now.AddDays(1), CancellationToken.None);
    }
}
