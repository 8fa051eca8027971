using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Legs;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Prices;
using TradingSystem.Execution.Protection;
using TradingSystem.Execution.Settings;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting;
using TradingSystem.IntegrationTests.Execution.Decisions;
using TradingSystem.Venues.Instruments;

namespace TradingSystem.IntegrationTests.Execution.Protection;

/// <summary>The decision path with its protection as one process has it; what it announces can be read, and its clock moved on.</summary>
internal sealed class ProtectionNode : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly Clock _clock = new();

    public ProtectionNode(string connectionString, string nakedPolicy = "restore")
    {
        var services = new ServiceCollection();
        services.AddSingleton(_ => NpgsqlDataSource.Create(connectionString));
        services.AddSingleton<TimeProvider>(_clock);
        services.AddSingleton(new ExecutionOptions
        {
            PriceWait = TimeSpan.Zero,
            MaxPriceAge = TimeSpan.FromHours(1),
            MaxDecisionAge = TimeSpan.FromHours(1),
            NakedPolicy = nakedPolicy,
            NakedGrace = TimeSpan.FromSeconds(3),
        });
        services.AddServiceDb<ExecutionDb>(ExecutionDb.Schema);
        services.AddSingleton(new InstrumentTable());
        services.AddSingleton<PriceBook>();
        services.AddSingleton<FeedLife>();
        services.AddSingleton<DecisionCheck>();
        services.AddSingleton<Decider>();
        services.AddSingleton<BookReader>();
        services.AddSingleton<DecisionWriter>();
        services.AddSingleton(p => new DecisionListeners(() => [p.GetRequiredService<ProtectionWatch>()]));
        services.AddSingleton<DecisionProcessor>();
        services.AddSingleton<ControlStore>();
        services.AddSingleton(_ => new Announcer(Bus, () => { }, _clock, NullLogger<Announcer>.Instance));
        services.AddSingleton(p => ActivatorUtilities.CreateInstance<ProtectionWatch>(p, NullLogger<ProtectionWatch>.Instance));
        services.AddSingleton(p => ActivatorUtilities.CreateInstance<NakedClock>(p, NullLogger<NakedClock>.Instance));
        services.AddSingleton(
            p => new ProtectionMoves(p.GetRequiredService<IDbContextFactory<ExecutionDb>>(), p.GetRequiredService<DecisionProcessor>(), p.GetRequiredService<Announcer>(), _ => { }, _clock, NullLogger<ProtectionMoves>.Instance));
        _services = services.BuildServiceProvider();
        Watch = _services.GetRequiredService<ProtectionWatch>();
        Naked = _services.GetRequiredService<NakedClock>();
        Price(100_000m);
    }

    public Announcements Bus { get; } = new();

    public ProtectionWatch Watch { get; }

    public NakedClock Naked { get; }

    public static TradeDecision Entry(Guid group, decimal qty = 1m, decimal? stop = 95_000m, decimal? take = 105_000m, TradeAction action = TradeAction.Long) =>
        ExecutionNode.Decision(group, action) with { Qty = qty, StopLoss = stop, TakeProfit = take };

    public Task MigrateAsync() => Database.MigrateAsync<ExecutionDb>(_services, CancellationToken.None);

    public async Task<Order> ProcessAsync(TradeDecision decision) =>
        (await _services.GetRequiredService<DecisionProcessor>().ProcessAsync([decision], CancellationToken.None))[0];

    /// <summary>A wish of the group's bot; a leg that is left out stays.</summary>
    public GroupSteering Steering(Guid group, LegMove? stop = null, LegMove? take = null, string symbol = "BTCUSDT") =>
        new(Guid.NewGuid(), group, "demo", "demo", null, new(symbol, stop, take), "r-1", null, _clock.GetUtcNow(), null);

    public Task<int> TellUntoldAsync() => _services.GetRequiredService<ProtectionMoves>().TellUntoldAsync(CancellationToken.None);

    public Task<ProtectionMove> MoveAsync(GroupSteering steering) => _services.GetRequiredService<ProtectionMoves>().ApplyAsync(steering, CancellationToken.None);

    /// <summary>As the consumer does it.</summary>
    public void Price(params decimal[] prices)
    {
        PriceTick[] ticks = [.. prices.Select(p => new PriceTick("BTCUSDT", p, null, null, _clock.GetUtcNow(), _clock.GetUtcNow(), "test"))];
        _services.GetRequiredService<PriceBook>().Update(ticks);
        Watch.See(ticks);
    }

    public Task<IReadOnlyList<Order>> CloseReachedAsync() => Watch.CloseReachedAsync(CancellationToken.None);

    public void Pass(TimeSpan time) => _clock.Pass(time);

    public async Task<T> ReadAsync<T>(Func<ExecutionDb, Task<T>> read)
    {
        await using var db = await _services.GetRequiredService<IDbContextFactory<ExecutionDb>>().CreateDbContextAsync();
        return await read(db);
    }

    public Task<List<ProtectionLeg>> LegsAsync(Guid group) => ReadAsync(db => db.ProtectionLegs.AsNoTracking().Where(l => l.GroupId == group).OrderBy(l => l.Seq).ToListAsync());

    public Task<decimal> HeldAsync(Guid group) => ReadAsync(db => db.Positions.Where(p => p.GroupId == group).SumAsync(p => p.Qty));

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    public sealed class Announcements : IDurablePublisher
    {
        public ConcurrentQueue<OrderUpdate> Told { get; } = new();

        public bool IsDown { get; set; }

        public Task<PublishOutcome> PublishAsync<TItem>(TItem item, CancellationToken cancellationToken)
            where TItem : class => PublishAllAsync([item], cancellationToken);

        public Task<PublishOutcome> PublishAllAsync<TItem>(IReadOnlyList<TItem> items, CancellationToken cancellationToken)
            where TItem : class
        {
            if (IsDown)
            {
                return Task.FromResult(PublishOutcome.Unknown);
            }

            foreach (var update in items.OfType<OrderUpdate>())
            {
                Told.Enqueue(update);
            }

            return Task.FromResult(PublishOutcome.Durable);
        }
    }

    private sealed class Clock : TimeProvider
    {
        private long _passed;

        public void Pass(TimeSpan time) => Interlocked.Add(ref _passed, time.Ticks);

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Interlocked.Read(ref _passed));
    }
}
