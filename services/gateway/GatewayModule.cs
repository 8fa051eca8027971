using MassTransit;
using TradingSystem.Contracts.Bus;
using TradingSystem.Gateway.Connections;
using TradingSystem.Gateway.Events;
using TradingSystem.Gateway.Groups;
using TradingSystem.Gateway.Storage;
using TradingSystem.Gateway.Tokens;
using TradingSystem.Gateway.Triggers;
using TradingSystem.Hosting;

namespace TradingSystem.Gateway;

/// <summary>Groups, triggers and tokens; <c>/ws/events</c>; from the sockets to the bus and back.</summary>
public sealed class GatewayModule : IServiceModule
{
    // Rough bytes of an item beside its texts.
    private const int Overhead = 512;

    public string Name => "gateway";

    public void AddServices(WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddServiceDb<GatewayDb>(GatewayDb.Schema);
        services.AddDurableKind<ImmediateEvent, ImmediateEvents>(items => new(items), e => e.Payload.Length + Overhead, inFlight: 4);
        services.AddDurableKind<TradeDecision, TradeDecisions>(items => new(items), d => d.Payload.Length + Overhead, inFlight: 1);
        services.AddDurableKind<SystemLog, SystemLogs>(items => new(items), l => l.Message.Length + (l.Detail?.Length ?? 0) + Overhead, inFlight: 4);
        services.AddDurableKind<DiscussionLog, DiscussionLogs>(items => new(items), d => d.MemberOpinions.Length + d.Decision.Length + Overhead, inFlight: 4);
        services.AddDurableKind<GroupConfig, GroupsChanged>(items => new(items), g => g.Members.Sum(m => m.SystemPrompt.Length) + Overhead, inFlight: 1);
        services.AddSingleton<GroupDirectory>();
        services.AddSingleton<SessionRegistry>();
        services.AddSingleton<TokenLookup>();
        services.AddSingleton<FrameHandler>();
        services.AddSingleton<EventsEndpoint>();
        services.AddSingleton<GroupAnnouncer>();
        services.AddSingleton<IReadyCheck>(p => p.GetRequiredService<GroupAnnouncer>());
        services.AddHostedService(p => p.GetRequiredService<GroupAnnouncer>());
        services.AddSingleton<TriggerPresence>();
        services.AddHostedService(p => p.GetRequiredService<TriggerPresence>());
        services.AddHostedService<RevocationWatch>();
        services.AddHostedService<Drain>();
    }

    public void AddConsumers(IBusRegistrationConfigurator bus)
    {
        bus.AddPerNodeConsumer<PushConsumer>("gateway-push");
        bus.AddPerNodeConsumer<GroupsConsumer>("gateway-groups");
    }

    public void Map(WebApplication app)
    {
        app.MapGroups();
        app.MapTriggers();
        app.Map("/ws/events", (HttpContext context, EventsEndpoint events) => events.HandleAsync(context)).ExcludeFromDescription();
    }

    public Task MigrateAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        Database.MigrateAsync<GatewayDb>(services, cancellationToken);
}
