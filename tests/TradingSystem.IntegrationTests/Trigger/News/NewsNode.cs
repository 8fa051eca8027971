using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Outbound;
using TradingSystem.Trigger.Market;
using TradingSystem.Trigger.News;
using TradingSystem.Trigger.Storage;

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
        Outbox = new(database, bus, new BusReadiness(), options, time, NullLogger<NewsOutbox>.Instance);
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

/// <summary>Keeps what is published.</summary>
internal sealed class RecordedBus : IDurablePublisher
{
    private readonly ConcurrentQueue<ImmediateEvent> _events = new();

    /// <summary>What it answers.</summary>
    public PublishOutcome Outcome { get; set; } = PublishOutcome.Durable;

    public IReadOnlyList<ImmediateEvent> Events => [.. _events];

    public Task<PublishOutcome> PublishAsync<TItem>(TItem item, CancellationToken cancellationToken)
        where TItem : class
    {
        _events.Enqueue((ImmediateEvent)(object)item);
        return Task.FromResult(Outcome);
    }

    public Task<PublishOutcome> PublishAllAsync<TItem>(IReadOnlyList<TItem> items, CancellationToken cancellationToken)
        where TItem : class => throw new NotSupportedException();
}

/// <summary>A clock that stands; what waits for a while waits in real time.</summary>
internal sealed class StoppedClock : TimeProvider
{
    public DateTimeOffset Time { get; set; } = System.GetUtcNow();

    public override DateTimeOffset GetUtcNow() => Time;
}
