using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Prices;
using TradingSystem.Execution.Settings;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting;
using TradingSystem.Venues.Instruments;

namespace TradingSystem.IntegrationTests.Execution.Decisions;

/// <summary>Execution's decision path as one process has it: its own memory, the database shared with the other nodes.</summary>
internal sealed class ExecutionNode : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly ConcurrentQueue<OrderUpdate> _told = new();
    private ExitWatch? _exits;

    /// <param name="longestPriceAge">An hour where a test has no time to pass.</param>
    public ExecutionNode(string connectionString, TimeSpan? longestPriceAge = null, bool priced = true, string fillModel = "instant")
    {
        var services = new ServiceCollection();
        services.AddSingleton(_ => NpgsqlDataSource.Create(connectionString));
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(
            new ExecutionOptions { PriceWait = TimeSpan.Zero, MaxPriceAge = longestPriceAge ?? TimeSpan.FromHours(1), MaxDecisionAge = TimeSpan.FromHours(1), FillModel = fillModel });
        services.AddServiceDb<ExecutionDb>(ExecutionDb.Schema);
        services.AddSingleton(new InstrumentTable());
        services.AddSingleton<PriceBook>();
        services.AddSingleton<FeedLife>();
        services.AddSingleton<DecisionCheck>();
        services.AddSingleton<Decider>();
        services.AddSingleton<BookReader>();
        services.AddSingleton<DecisionWriter>();
        services.AddSingleton(new DecisionListeners(() => [new ExitsIfWatched(this)]));
        services.AddSingleton<DecisionProcessor>();
        services.AddSingleton<ControlStore>();
        services.AddSingleton<EntryHolding>();
        services.AddSingleton<ControlChanges>();
        services.AddSingleton(p => new Announcer(new Listener(_told), () => { }, TimeProvider.System, NullLogger<Announcer>.Instance));
        services.AddLogging();
        services.AddSingleton<ExitWatch>();
        services.AddSingleton<Flattening>();
        _services = services.BuildServiceProvider();
        if (priced)
        {
            Price(100_000m);
        }
    }

    public static TradeDecision Decision(Guid group, TradeAction action = TradeAction.Long) => new()
    {
        Id = Guid.NewGuid(),
        GroupId = group,
        GroupName = "demo",
        SourceId = "bot",
        Priority = 5,
        Targets = ["demo"],
        Title = "t",
        Payload = "{}",
        Tags = [],
        Symbol = "BTCUSDT",
        Action = action,
        MarginUsd = 100m,
        Leverage = 10m,
        OrderType = OrderTypes.Market,
        DecisionId = "d-1",
        CorrelationId = "c-1",
        CreatedAt = TimeProvider.System.GetUtcNow(),
    };

    public IDbContextFactory<ExecutionDb> Databases => _services.GetRequiredService<IDbContextFactory<ExecutionDb>>();

    public ExecutionOptions Options => _services.GetRequiredService<ExecutionOptions>();

    public ControlChanges Controls => _services.GetRequiredService<ControlChanges>();

    public EntryHolding Holding => _services.GetRequiredService<EntryHolding>();

    public ControlStore Store => _services.GetRequiredService<ControlStore>();

    public DecisionProcessor Processor => _services.GetRequiredService<DecisionProcessor>();

    /// <summary>It hears of what is decided here from the first time it is asked for.</summary>
    public ExitWatch Exits => _exits ??= _services.GetRequiredService<ExitWatch>();

    /// <summary>What was announced, in its order.</summary>
    public IReadOnlyCollection<OrderUpdate> Told => _told;

    public Flattening Flattening => _services.GetRequiredService<Flattening>();

    public void Price(decimal price)
    {
        var now = TimeProvider.System.GetUtcNow();
        _services.GetRequiredService<PriceBook>().Update([new PriceTick("BTCUSDT", price, null, null, now, now, "test")]);
    }

    public Task MigrateAsync() => Database.MigrateAsync<ExecutionDb>(_services, CancellationToken.None);

    public Task<IReadOnlyList<Order>> ProcessAsync(params TradeDecision[] decisions) =>
        _services.GetRequiredService<DecisionProcessor>().ProcessAsync(decisions, CancellationToken.None);

    /// <summary>Of an account that fills at once: no desk is there to be asked.</summary>
    public Task<WouldBe?> PreviewAsync(TradeDecision decision) =>
        new DecisionPreview(
            _services.GetRequiredService<BookReader>(), _services.GetRequiredService<Decider>(), _services.GetRequiredService<PriceBook>(),
            ask: null!).OfAsync(decision, CancellationToken.None);

    public async Task<T> ReadAsync<T>(Func<ExecutionDb, Task<T>> read)
    {
        await using var db = await _services.GetRequiredService<IDbContextFactory<ExecutionDb>>().CreateDbContextAsync();
        return await read(db);
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private sealed class ExitsIfWatched(ExecutionNode node) : IDecisionListener
    {
        public void ExitsWait() => (node._exits as IDecisionListener)?.ExitsWait();

        public void ExitsSettled(IReadOnlyList<Order> orders) => (node._exits as IDecisionListener)?.ExitsSettled(orders);
    }

    private sealed class Listener(ConcurrentQueue<OrderUpdate> told) : IDurablePublisher
    {
        public Task<PublishOutcome> PublishAsync<TItem>(TItem item, CancellationToken cancellationToken)
            where TItem : class => Task.FromResult(PublishOutcome.Durable);

        public Task<PublishOutcome> PublishAllAsync<TItem>(IReadOnlyList<TItem> items, CancellationToken cancellationToken)
            where TItem : class
        {
            foreach (var update in items.OfType<OrderUpdate>())
            {
                told.Enqueue(update);
            }

            return Task.FromResult(PublishOutcome.Durable);
        }
    }
}
