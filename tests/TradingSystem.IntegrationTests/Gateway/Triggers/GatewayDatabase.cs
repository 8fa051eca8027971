using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TradingSystem.Gateway.Storage;
using TradingSystem.Gateway.Triggers;
using TradingSystem.Hosting;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Gateway.Triggers;

/// <summary>The gateway's tables, and nothing that runs on them.</summary>
internal sealed class GatewayDatabase : IAsyncDisposable
{
    private readonly FixtureDatabase _database = new();
    private ServiceProvider _services = null!;

    public TriggerSignsTable Signs => new(_services.GetRequiredService<NpgsqlDataSource>());

    public static async Task<GatewayDatabase> StartAsync()
    {
        var started = new GatewayDatabase();
        await started._database.InitialiseAsync();
        var services = new ServiceCollection();
        services.AddSingleton(_ => NpgsqlDataSource.Create(started._database.ConnectionString));
        services.AddServiceDb<GatewayDb>(GatewayDb.Schema);
        started._services = services.BuildServiceProvider();
        await Database.MigrateAsync<GatewayDb>(started._services, CancellationToken.None);
        return started;
    }

    public GatewayDb Db() => _services.GetRequiredService<IDbContextFactory<GatewayDb>>().CreateDbContext();

    /// <summary>Ids of new triggers, in their order.</summary>
    public async Task<List<Guid>> AddTriggersAsync(int count)
    {
        await using var db = Db();
        var rows = Enumerable.Range(0, count).Select(_ => Guid.NewGuid()).Order().Select(id => new TriggerRow
        {
            Id = id,
            Name = id.ToString(),
            ProviderName = "",
            ModelName = "",
            Active = true,
            CreatedAt = DateTimeOffset.UnixEpoch,
            UpdatedAt = DateTimeOffset.UnixEpoch,
        }).ToList();
        db.Triggers.AddRange(rows);
        await db.SaveChangesAsync();
        return rows.ConvertAll(r => r.Id);
    }

    public async Task<TriggerRow> TriggerAsync(Guid id)
    {
        await using var db = Db();
        return await db.Triggers.AsNoTracking().SingleAsync(t => t.Id == id);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _database.DisposeAsync();
    }
}
