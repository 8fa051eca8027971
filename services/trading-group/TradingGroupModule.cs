using System.Text.Json.Serialization;
using MassTransit;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Settings;
using TradingSystem.TradingGroup.Api;
using TradingSystem.TradingGroup.Discussions;
using TradingSystem.TradingGroup.Groups;
using TradingSystem.TradingGroup.Market;
using TradingSystem.TradingGroup.Settings;
using TradingSystem.TradingGroup.Storage;

namespace TradingSystem.TradingGroup;

/// <summary>Runs the hosted groups: an event is discussed by a group's members and ends in a decision.</summary>
public sealed class TradingGroupModule : IServiceModule
{
    public string Name => "trading-group";

    public JsonSerializerContext Messages => BusJson.Default;

    public IReadOnlyList<SettingsSection> Settings => [SettingsSection.Of<TradingGroupOptions>("TradingGroup")];

    public void AddServices(WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton(builder.Configuration.Read<TradingGroupOptions>("TradingGroup").Validated());
        services.AddServiceDb<TradingGroupDb>(TradingGroupDb.Schema);
        services.AddSingleton<CandleMemory>();
        services.AddSingleton<PositionMemory>();
        services.AddSingleton<GroupRegistry>();
        services.AddSingleton<GroupTurns>();
        services.AddSingleton<DiscussionStore>();
        services.AddSingleton<DiscussionRunner>();
        services.AddDurableKind<TradeDecision, TradeDecisions>(
            items => new(items), size: d => d.Payload.Length + (d.Reasoning?.Length ?? 0) + 1024, inFlight: 1, trace: i => i.TraceParent);
        services.AddDurableKind<DiscussionLog, DiscussionLogs>(
            items => new(items), size: l => l.MemberOpinions.Length + l.Decision.Length + 512, inFlight: 4, trace: i => i.TraceParent);
    }

    public void AddConsumers(IBusRegistrationConfigurator bus)
    {
        bus.AddDurableConsumer<EventsConsumer>("trading-group-events");
        bus.AddDurableConsumer<GroupsConsumer>("trading-group-configs", new DurableQueue { ConcurrencyLimit = 1 });
        bus.AddPerNodeConsumer<MarketConsumer>("trading-group-market");
    }

    public void Map(WebApplication app) => app.MapHostedGroups();

    public Task MigrateAsync(IServiceProvider services, CancellationToken cancellationToken) => Database.MigrateAsync<TradingGroupDb>(services, cancellationToken);
}
