using System.Text.Json.Serialization;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Outbound;
using TradingSystem.Hosting.Settings;
using TradingSystem.Trigger.Api;
using TradingSystem.Trigger.Blackouts;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Hooks;
using TradingSystem.Trigger.Market;
using TradingSystem.Trigger.News;
using TradingSystem.Trigger.Publishing;
using TradingSystem.Trigger.Rules;
using TradingSystem.Trigger.Schedules;
using TradingSystem.Trigger.Storage;
using TradingSystem.Trigger.Storm;

namespace TradingSystem.Trigger;

/// <summary>Market data and the signals that built-in rules see in it.</summary>
public sealed class TriggerModule : IServiceModule
{
    public string Name => "trigger";

    public JsonSerializerContext Messages => BusJson.Default;

    public IReadOnlyList<SettingsSection> Settings =>
    [
        new("Trigger"),
        SettingsSection.Of<LiveOptions>("Trigger:Live"),
        SettingsSection.Of<RuleOptions>("Trigger:Rules"),
        SettingsSection.Of<NewsOptions>("Trigger:News"),
        SettingsSection.Of<HookOptions>("Trigger:Hooks"),
        SettingsSection.Of<StormOptions>("Trigger:Storm"),
        new(TriggerOptions.AnewSetting),
    ];

    public void AddServices(WebApplicationBuilder builder)
    {
        var options = TriggerOptions.Read(builder.Configuration);
        var services = builder.Services;
        services.AddSingleton(options);
        services.AddSingleton(options.Rules);
        services.AddSingleton(options.Live);
        services.AddSingleton(options.News);
        services.AddSingleton(options.Hooks);
        services.AddSingleton(options.Storm);
        services.AddServiceDb<TriggerDb>(TriggerDb.Schema);
        services.AddDurableKind<ImmediateEvent, ImmediateEvents>(items => new(items), size: e => e.Payload.Length + 512, inFlight: 4, trace: i => i.TraceParent);
        services.AddDurableKind<SystemLog, SystemLogs>(items => new(items), l => l.Message.Length + (l.Detail?.Length ?? 0) + 512, inFlight: 4, trace: i => i.TraceParent);
        AddHooks(builder);
        services.AddSingleton(
            p => new LiveHistory(p.GetRequiredService<OutboundClient>(), options.Live, p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<LiveHistory>>()));
        services.AddSingleton<IFeedStates, FeedStates>();
        services.AddSingleton<PatientFeedStates>();
        services.AddSingleton(Feed);
        services.AddDurableKind<EntryHolds, EntryHoldLists>(items => new(items), size: h => 256 + h.Items.Sum(i => 512 + i.Targets.Sum(t => t.Length)), inFlight: 1);
        services.AddSingleton<BlackoutTeller>();
        services.AddHostedService(p => p.GetRequiredService<BlackoutTeller>());
        services.AddSingleton<TargetedGroups>();
        services.AddSingleton<StormBook>();
        services.AddSingleton<StormGate>();
        services.AddSingleton<StormCounter>();
        services.AddSingleton<EventPublisher>();
        services.AddSingleton(Rules);
        services.AddSingleton<RuleBook>();
        services.AddScoped<RuleViews>();
        services.AddSingleton<EvaluationWriter>();
        services.AddSingleton<CandleWriter>();
        services.AddSingleton<ICandleListener>(p => p.GetRequiredService<RuleEngine>());
        services.AddSingleton<ICandleListener>(p => p.GetRequiredService<CandleWriter>());
        services.AddSingleton<PriceWatch>();
        services.AddSingleton<ICandleListener>(p => p.GetRequiredService<PriceWatch>());
        services.AddSingleton<MarketState>();
        services.AddSingleton<StoredCandles>();
        services.AddSingleton<NewsFeedBook>();
        services.AddSingleton<NewsFetcher>();
        services.AddSingleton(p => new NewsBook(
            p.GetRequiredService<IDbContextFactory<TriggerDb>>(), options.Symbols, p.GetRequiredService<MarketState>(), p.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IReadyCheck, FirstPrice>();
        services.AddHostedService(p => p.GetRequiredService<EventPublisher>());
        services.AddHostedService(p => p.GetRequiredService<CandleWriter>());
        services.AddHostedService<MarketPublisher>();
        services.AddHostedService(p => p.GetRequiredService<EvaluationWriter>());
        services.AddHostedService(p => p.GetRequiredService<RuleBook>());
        services.AddHostedService<StormTeller>();
        services.AddSchedules();
        if (options.Market is MarketKind.Live or MarketKind.Auto)
        {
            services.AddHostedService(p => new KeptMarks(
                p.GetRequiredService<NpgsqlDataSource>(), options.Symbols, p.GetRequiredService<MarketState>(), p.GetRequiredService<TimeProvider>(),
                p.GetRequiredService<ILogger<KeptMarks>>()));
        }

        services.AddHostedService<FeedRunner>();
        services.AddHostedService<NewsPoller>();
        services.AddHostedService<NewsOutbox>();
        services.AddHostedService<NewsRetention>();
    }

    public void AddConsumers(IBusRegistrationConfigurator bus)
    {
        bus.AddPerNodeConsumer<CandleAnswers>("trigger-questions");
        bus.AddDurableConsumer<TargetedGroupsConsumer>("trigger-groups", new DurableQueue { ConcurrencyLimit = 1 });
        bus.AddDurableConsumer<ScheduleChangesConsumer>("trigger-schedules", new DurableQueue { ConcurrencyLimit = 1, SingleActive = true });
    }

    public void Map(WebApplication app)
    {
        app.MapMarket();
        app.MapRules();
        app.MapSchedules();
        app.MapHooks();
        app.MapHookIntake();
        app.MapNews();
        app.MapSignals();
        app.MapBlackouts();
    }

    public async Task MigrateAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        await Database.MigrateAsync<TriggerDb>(services, cancellationToken);
        await using var db = await services.GetRequiredService<IDbContextFactory<TriggerDb>>().CreateDbContextAsync(cancellationToken);
        await FirstRules.WriteAsync(db, services.GetRequiredService<RuleOptions>(), services.GetRequiredService<TimeProvider>(), cancellationToken);
    }

    private static void AddHooks(WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton(new HookSecrets(JwtValidation.Key(builder.Configuration).Key));
        services.AddSingleton<HookArmory>();
        services.AddSingleton<HookBook>();
        services.AddSingleton<HookGate>();
        services.AddSingleton<HookRooms>();
        services.AddSingleton<DeliveryStore>();
        services.AddSingleton<SilenceStore>();
        services.AddSingleton<HookNotices>();
        services.AddSingleton<HookCourier>();
        services.AddSingleton<HookDesk>();
        services.AddHostedService(p => p.GetRequiredService<HookBook>());
        services.AddHostedService(p => p.GetRequiredService<HookCourier>());
        services.AddHostedService<HookWatch>();
    }

    private static RuleEngine Rules(IServiceProvider provider)
    {
        return new(
            provider.GetRequiredService<EventPublisher>().Enqueue,
            provider.GetRequiredService<EvaluationWriter>().Keep,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<RuleEngine>>());
    }

    private static IMarketFeed Feed(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<TriggerOptions>();
        var time = provider.GetRequiredService<TimeProvider>();
        var states = provider.GetRequiredService<PatientFeedStates>();
        SimulatedFeed Simulated(string notice) => new(options.Symbols, options.Seed, states, time, notice);
        LiveFeed Live() => new(
            options.Symbols, options.Live, provider.GetRequiredService<LiveHistory>(), provider.GetRequiredService<OutboundClient>(), time,
            provider.GetRequiredService<ILogger<LiveFeed>>());
        return options.Market switch
        {
            MarketKind.Live => Live(),
            MarketKind.Simulated => Simulated("simulated market"),
            MarketKind.Replay => new ReplayFeed(options.Replay!, options.Speed, options.ReplayAnew, states, time, provider.GetRequiredService<ILogger<ReplayFeed>>()),
            _ => new AutoFeed(Live(), Simulated, options.Live.AutoPatience, states, time),
        };
    }

    private sealed class FirstPrice(MarketState market) : IReadyCheck
    {
        public string Name => "first_price";

        // A replay that had ended before this start has no price any more, and is all there is.
        public bool IsReady => market.HasPrice || market.Status is { IsOver: true };
    }
}
