using System.Text.Json.Serialization;
using MassTransit;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Gateway.Connections;
using TradingSystem.Gateway.Controls;
using TradingSystem.Gateway.Documents;
using TradingSystem.Gateway.Endpoint;
using TradingSystem.Gateway.Events;
using TradingSystem.Gateway.Feeds;
using TradingSystem.Gateway.Framing;
using TradingSystem.Gateway.Groups;
using TradingSystem.Gateway.Leases;
using TradingSystem.Gateway.Market;
using TradingSystem.Gateway.Settings;
using TradingSystem.Gateway.Storage;
using TradingSystem.Gateway.Tokens;
using TradingSystem.Gateway.Triggers;
using TradingSystem.Hosting;
using TradingSystem.Hosting.BotTokens;
using TradingSystem.Hosting.EventLog;
using TradingSystem.Hosting.Rest;
using TradingSystem.Hosting.Settings;

namespace TradingSystem.Gateway;

/// <summary>Groups, triggers and tokens; <c>/ws/events</c>; from the sockets to the bus and back.</summary>
public sealed class GatewayModule : IServiceModule
{
    // Rough bytes of an item beside its texts.
    private const int Overhead = 512;

    // What a message of decisions costs every process behind it hardly depends on how many it has.
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(8);

    public string Name => "gateway";

    public JsonSerializerContext Messages => BusJson.Default;

    public IReadOnlyList<SettingsSection> Settings => [SettingsSection.Of<GatewayOptions>("Gateway")];

    public void AddServices(WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddServiceDb<GatewayDb>(GatewayDb.Schema);
        services.AddDurableKind<ImmediateEvent, ImmediateEvents>(items => new(items), e => e.Payload.Length + Overhead, inFlight: 4, trace: i => i.TraceParent);
        services.AddDurableKind<TradeDecision, TradeDecisions>(items => new(items), d => d.Payload.Length + Overhead, inFlight: 1, trace: i => i.TraceParent, pace: Pace);
        services.AddDurableKind<GroupSteering, GroupSteerings>(items => new(items), _ => Overhead, inFlight: 1, trace: i => i.TraceParent);
        services.AddDurableKind<ScheduleChange, ScheduleChanges>(
            items => new(items), s => (s.Made?.Payload.Length ?? 0) + Overhead, inFlight: 1, trace: i => i.TraceParent);
        services.AddDurableKind<TriggerSwitched, TriggersSwitched>(items => new(items), _ => Overhead, inFlight: 1);
        services.AddDurableKind<SystemLog, SystemLogs>(items => new(items), l => l.Message.Length + (l.Detail?.Length ?? 0) + Overhead, inFlight: 4, trace: i => i.TraceParent);
        services.AddDurableKind<DiscussionLog, DiscussionLogs>(
            items => new(items), d => d.MemberOpinions.Length + d.Decision.Length + Overhead, inFlight: 4, trace: i => i.TraceParent);
        services.AddDurableKind<GroupConfig, GroupsChanged>(items => new(items), g => g.Members.Sum(m => m.SystemPrompt.Length) + Overhead, inFlight: 1);
        services.AddEventLog("gateway-event-log", typeof(ImmediateEvents), typeof(TradeDecisions), typeof(OrderUpdates), typeof(GroupsChanged), typeof(ScheduleChanges));
        services.AddSingleton(GatewayOptions.Read(builder.Configuration));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.RequestHeadersTimeout = Handshake.Deadline;
            kestrel.ConfigureEndpointDefaults(listen => listen.Use(next =>
            {
                var events = listen.ApplicationServices.GetRequiredService<EventsListener>();
                return connection => events.OnConnectionAsync(connection, next);
            }));
        });
        AddDirectory(services);
        services.AddSingleton<CandleQuestions>();
        services.AddSingleton<ICandleQuestions>(p => p.GetRequiredService<CandleQuestions>());
        services.AddSingleton<MarketFeeds>();
        services.AddHostedService<MarketClock>();
        AddSessions(services);
    }

    public void AddConsumers(IBusRegistrationConfigurator bus)
    {
        bus.AddPerNodeConsumer<PositionsConsumer>("gateway-positions");
        bus.AddPerNodeConsumer<NodeReportConsumer>("gateway-nodes");
        bus.AddPerNodeConsumer<SessionProbeConsumer>("gateway-probes");
        bus.AddPerNodeConsumer<ControlStatesConsumer>("gateway-controls");
        bus.AddPerNodeConsumer<SessionsFencedConsumer>("gateway-fenced");
        bus.AddDurableConsumer<GroupAccountsConsumer>("gateway-accounts", new DurableQueue { ConcurrencyLimit = 1, SingleActive = true });
        bus.AddPerNodeConsumer<DecisionAnswersConsumer>("gateway-answers");
        bus.AddPerNodeConsumer<MarketConsumer>("gateway-market");
        bus.AddDurableConsumer<FenceTokensConsumer>("gateway-fences", new DurableQueue { ConcurrencyLimit = 1 });
    }

    public void Map(WebApplication app)
    {
        app.MapGroups();
        app.MapTriggers();
        app.MapTickets();
        app.MapTokenOwners();
        app.MapContracts();
        app.Map(Addresses.Events, (HttpContext context, EventsEndpoint events) => events.HandleAsync(context))
            .AllowAnonymous().WithBotTokens(BotTokenUse.TakenAsIs)
            .WithMetadata(new AnyQuery("a socket is refused by its close code, and unknown features are none"), new TakesSocket(Addresses.Events))
            .ExcludeFromDescription();
    }

    private static void AddDirectory(IServiceCollection services)
    {
        services.AddSingleton<GroupDirectory>();
        services.AddSingleton<GroupAnnouncer>();
        services.AddSingleton<IReadyCheck>(p => p.GetRequiredService<GroupAnnouncer>());
        services.AddHostedService(p => p.GetRequiredService<GroupAnnouncer>());
        services.AddSingleton<TriggerAnnouncer>();
        services.AddHostedService(p => p.GetRequiredService<TriggerAnnouncer>());
        services.AddSingleton<TriggerSignsTable>();
        services.AddSingleton<TriggerPresence>();
        services.AddHostedService(p => p.GetRequiredService<TriggerPresence>());
        services.AddSingleton<TriggerViews>();
        services.AddSingleton<OpenPositions>();
        services.AddSingleton<AcceptedKeys>();
        services.AddSingleton(p => Listeners(p.GetRequiredService<SessionRegistry>(), p.GetRequiredService<TriggerPresence>()));
        services.AddSingleton<FeedHistory>();
        services.AddSingleton<FeedFollower>();
        services.AddSingleton<IReadyCheck>(p => p.GetRequiredService<FeedFollower>());
        services.AddHostedService(p => p.GetRequiredService<FeedFollower>());
    }

    private static FeedListeners Listeners(SessionRegistry sessions, TriggerPresence presence) => new(sessions.Wake, sessions.ConfigChanged, presence.Raised);

    private static void AddSessions(IServiceCollection services)
    {
        services.AddSingleton<Node>();
        services.AddSingleton<LeaseStore>();
        services.AddHostedService(p => p.GetRequiredService<LeaseStore>());
        services.AddHostedService<NodeHeartbeat>();
        services.AddSingleton<SessionProbes>();
        services.AddSingleton<SessionClaims>();
        services.AddSingleton<SessionsElsewhere>();
        services.AddSingleton<OpenSessions>();
        services.AddHostedService<NodeReporter>();
        services.AddSingleton<SessionRegistry>();
        services.AddSingleton<AddressGate>();
        services.AddSingleton<Tickets>();
        services.AddSingleton<TokenLookup>();
        services.AddSingleton<ITokenOwners, TokenOwners>();
        services.AddSingleton<DispatchCount>();
        services.AddSingleton<TradingControls>();
        services.AddSingleton<DecisionQuestions>();
        services.AddSingleton<FrameHandler>();
        services.AddSingleton<EventsEndpoint>();
        services.AddSingleton<EventsListener>();
        services.AddHostedService<SessionWatch>();
        services.AddHostedService<RevocationWatch>();
        services.AddHostedService<Drain>();
    }

    public Task MigrateAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        Database.MigrateAsync<GatewayDb>(services, cancellationToken);
}
