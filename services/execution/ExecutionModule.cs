using System.Text.Json.Serialization;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Desk;
using TradingSystem.Execution.Equity;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Prices;
using TradingSystem.Execution.Protection;
using TradingSystem.Execution.Settings;
using TradingSystem.Execution.Simulation;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Delivery;
using TradingSystem.Hosting.Settings;
using TradingSystem.Venues;
using TradingSystem.Venues.Instruments;

namespace TradingSystem.Execution;

/// <summary>Turns decisions into orders, fills and positions, of simulated accounts and at venues.</summary>
public sealed class ExecutionModule : IServiceModule
{
    public string Name => "execution";

    public JsonSerializerContext Messages => BusJson.Default;

    public IReadOnlyList<SettingsSection> Settings =>
    [
        SettingsSection.Of<ExecutionOptions>("Execution"),
        SettingsSection.Of<VenueOptions>("Execution:Venues"),
        SettingsSection.Of<Dictionary<string, string>>("Execution:Keys"),
        new("Execution:KeyFile"),
    ];

    public void AddServices(WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton(builder.Configuration.Read<ExecutionOptions>("Execution").Validated());
        services.AddServiceDb<ExecutionDb>(ExecutionDb.Schema);
        services.AddAccounts(builder.Configuration);
        services.AddDurableKind<OrderUpdate, OrderUpdates>(items => new(items), size: _ => 1024, inFlight: 1, trace: i => i.TraceParent);
        services.AddDurableKind<EquitySnapshot, EquitySnapshots>(items => new(items), size: e => 512 + (e.Positions.Count * 192), inFlight: 2);
        services.AddDurableKind<GroupAccount, GroupAccounts>(items => new(items), size: _ => 256, inFlight: 1);
        services.AddSingleton<InstrumentTable>(_ => new InstrumentTable());
        services.AddSingleton<PriceBook>();
        services.AddSingleton<FeedLife>();
        services.AddSingleton<DecisionCheck>();
        services.AddSingleton<Decider>();
        services.AddSingleton<BookReader>();
        services.AddSingleton<DecisionWriter>();
        services.AddSingleton<DecisionProcessor>();
        services.AddSingleton<DecisionPreview>();
        services.AddSingleton<DecisionAnswers>();
        services.AddSingleton(p => new Announcer(
            p.GetRequiredService<IDurablePublisher>(), p.GetRequiredService<EquityReporter>().Wake, p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<Announcer>>()));
        services.AddSingleton(p => new DecisionLane(
            p.GetRequiredService<DecisionProcessor>().ProcessAsync, p.GetRequiredService<Announcer>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<DecisionLane>>()));
        services.AddControls();
        services.AddProtection();
        services.AddExits();
        services.AddDesk();
        services.AddSteering();
        services.AddSingleton<EquityReader>();
        services.AddSingleton<EquityReporter>();
        services.AddHostedService(p => p.GetRequiredService<EquityReporter>());
        AddListeners(services);
    }

    /// <summary>Who goes on with what another part has saved or seen; all of it is here.</summary>
    private static void AddListeners(IServiceCollection services)
    {
        services.AddSingleton(p => new DecisionListeners(() =>
        [
            p.GetRequiredService<DeskHost>(), p.GetRequiredService<ExitWatch>(), p.GetRequiredService<ControlReporter>(), p.GetRequiredService<ProtectionWatch>(),
        ]));
        services.AddSingleton<IPriceListener>(p => p.GetRequiredService<ProtectionWatch>());
        services.AddSingleton<IPriceListener>(p => p.GetRequiredService<ExitWatch>());
        services.AddSingleton<IPriceListener>(p => p.GetRequiredService<VenuePrices>());
        services.AddSingleton<IControlListener>(p => p.GetRequiredService<ControlReporter>());
        services.AddSingleton<IAccountListener>(p => p.GetRequiredService<BindingReporter>());
        services.AddSingleton<IAccountListener>(p => p.GetRequiredService<EquityReporter>());
        services.AddSingleton<WakeDesk>(p => p.GetRequiredService<DeskHost>().Wake);
        services.AddSingleton<AskDesk>(p => p.GetRequiredService<DeskHost>().PreviewAsync);
        services.AddSingleton<BarrierCame>(p =>
        {
            var (databases, time) = (p.GetRequiredService<IDbContextFactory<ExecutionDb>>(), p.GetRequiredService<TimeProvider>());
            return (command, cancellationToken) => CommandRunner.DrainedAsync(databases, command, ControlStore.Micros(time.GetUtcNow()), cancellationToken);
        });
    }

    public void AddConsumers(IBusRegistrationConfigurator bus)
    {
        // Several at a time so that waiting ones can share a transaction; the lane keeps their order.
        bus.AddDurableConsumer<TradeDecisionsConsumer>("execution-trade-decisions", new DurableQueue { ConcurrencyLimit = 64, PrefetchCount = 64, SingleActive = true });
        bus.AddPublishOrder();
        bus.AddDurableConsumer<GroupsChangedConsumer>("execution-groups", new DurableQueue { ConcurrencyLimit = 1 });
        bus.AddPerNodeConsumer<PricesConsumer>("execution-prices");
        bus.AddPerNodeConsumer<DecisionQuestionsConsumer>("execution-questions");
        bus.AddControls();
        bus.AddSteering();
    }

    public void Map(WebApplication app)
    {
        app.MapOrders();
        app.MapFills();
        app.MapPositions();
        app.MapInstruments();
        app.MapAccounts();
        app.MapRisk();
        app.MapAllControls();
        app.MapProtections();
        app.MapProtectionMoves();
        app.MapDesk();
        app.MapCancels();
    }

    public Task MigrateAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        Database.MigrateAsync<ExecutionDb>(services, cancellationToken);
}
