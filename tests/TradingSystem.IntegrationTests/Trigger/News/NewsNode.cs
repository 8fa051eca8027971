using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Outbound;
using TradingSystem.Trigger.Market;
using TradingSystem.Trigger.News;
using TradingSystem.Trigger.Storage;
using TradingSystem.Trigger.Storm;

namespace TradingSystem.IntegrationTests.Trigger.News;

/// <summary>The parts of the service that are about news, as one node of it, on a bus that remembers.</summary>
internal sealed class NewsNode : IAsyncDisposable
{
    private readonly NewsPoller _poller;
    private readonly OutboundClient _client = new(new OutboundGate(new OutboundOptions { AllowPrivate = "127.0.0.1" }.Validated()), TimeProvider.System);

    /// <param name="clock">Null: the real one.</param>
    public NewsNode(IServiceProvider services, RecordedBus bus, TimeProvider? clock = null)
    {
        var time = clock ?? TimeProvider.System;
        var database = services.GetRequiredService<IDbContextFactory<TriggerDb>>();
        var options = new NewsOptions();
        Feeds = new NewsFeedBook(database, time, NullLogger<NewsFeedBook>.Instance);
        Book = new NewsBook(database, ["BTCUSDT", "ETHUSDT", "SOLUSDT"], new MarketState(time, []), time);
        _poller = new(Feeds, new NewsFetcher(_client, options, time), Book, options, time, NullLogger<NewsPoller>.Instance);
        var storm = new StormBook(services.GetRequiredService<NpgsqlDataSource>(), new StormOptions(), time);
        Outbox = new(database, new StormGate(storm, bus, time, NullLogger<StormGate>.Instance), new BusReadiness(), options, time, NullLogger<NewsOutbox>.Instance);
    }

    public NewsFeedBook Feeds { get; }

    public NewsBook Book { get; }

    public NewsOutbox Outbox { get; }

    public Task StartAsync() => _poller.StartAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _poller.StopAsync(CancellationToken.None);
        _poller.Dispose();
        Outbox.Dispose();
        Book.Dispose();
        _client.Dispose();
    }
}
