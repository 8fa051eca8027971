using System.Text.Json.Serialization;
using MassTransit;
using TradingSystem.Contracts.Bus;
using TradingSystem.Diary.Activity;
using TradingSystem.Diary.Queries;
using TradingSystem.Diary.Recording;
using TradingSystem.Diary.Settings;
using TradingSystem.Diary.Storage;
using TradingSystem.Diary.Timeline;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Delivery;
using TradingSystem.Hosting.Settings;

namespace TradingSystem.Diary;

/// <summary>Remembers everything that happened and tells it: lists, the merged timeline, status.</summary>
public sealed class DiaryModule : IServiceModule
{
    public string Name => "diary";

    public JsonSerializerContext Messages => BusJson.Default;

    public IReadOnlyList<SettingsSection> Settings => [SettingsSection.Of<DiaryOptions>("Diary")];

    public void AddServices(WebApplicationBuilder builder)
    {
        var options = builder.Configuration.Read<DiaryOptions>("Diary").Validated();
        builder.Services.AddSingleton(options);
        builder.Services.AddServiceDb<DiaryDb>(DiaryDb.Schema);
        builder.Services.AddSingleton<TimelineSignal>();
        builder.Services.AddSingleton<DiaryWriter>();
        builder.Services.AddSingleton<OrdersLane>();
        builder.Services.AddSingleton<TimelineReader>();
        builder.Services.AddSingleton<TimelineStream>();
        builder.Services.AddSingleton<ActivityTracker>();
        builder.Services.AddHostedService(p => p.GetRequiredService<ActivityTracker>());
        builder.Services.AddCors(cors => cors.AddPolicy(ReaderCors.Policy, policy => policy
            .WithOrigins(options.AllowedOrigins.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .WithMethods("GET")
            .AllowAnyHeader()));
        builder.Services.AddSingleton<IStartupFilter, ReaderCors>();
    }

    public void AddConsumers(IBusRegistrationConfigurator bus)
    {
        // Several at a time so that waiting messages can share a transaction; the writer itself does one after another.
        bus.AddDurableConsumer<EventsConsumer>("diary-events", new DurableQueue { ConcurrencyLimit = 64 });
        bus.AddDurableConsumer<LogsConsumer>("diary-logs", new DurableQueue { ConcurrencyLimit = 64 });
        bus.AddDurableConsumer<OrdersConsumer>("diary-orders", new DurableQueue { ConcurrencyLimit = 64, SingleActive = true });
        bus.AddPublishOrder();
        bus.AddDurableConsumer<EquityConsumer>("diary-equity", new DurableQueue { ConcurrencyLimit = 1 });
        bus.AddDurableConsumer<GroupsConsumer>("diary-groups", new DurableQueue { ConcurrencyLimit = 1 });
    }

    public void Map(WebApplication app)
    {
        app.MapLists();
        app.MapDiary();
        app.MapState();
    }

    public Task MigrateAsync(IServiceProvider services, CancellationToken cancellationToken) => Database.MigrateAsync<DiaryDb>(services, cancellationToken);
}
