using System.Diagnostics.Metrics;
using MassTransit;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Market;

namespace TradingSystem.Trigger.Publishing;

/// <summary>
/// Puts the market on the bus: latest prices four times a second (ten in a replay), bars as they close, the moving minute each second,
/// windows and status every ten, the status of a feed that lives or dies every second. Nothing here is durable; the next message replaces a lost one.
/// </summary>
public sealed partial class MarketPublisher(MarketState market, IBus bus, BusReadiness readiness, TimeProvider time, ILogger<MarketPublisher> log) : BackgroundService
{
    private const int WindowBars = 120;
    private const int MaxCandles = 500;
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ReplayPeriod = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MovingPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WindowPeriod = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);
    private static readonly Counter<long> Failures = new Meter("TradingSystem.Trigger").CreateCounter<long>("trigger.publish.failures");

    private long _failed;
    private int _statusVersion;
    private int _historyVersion;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.WaitAsync(stoppingToken);
        var movingAt = time.GetTimestamp();
        var windowsAt = movingAt;
        while (true)
        {
            // Read ahead of the status: what changes in between is told twice rather than not.
            var version = market.StatusVersion;
            if (market.Status is { } status)
            {
                market.CloseQuiet();
                var due = time.GetElapsedTime(windowsAt) >= WindowPeriod;
                windowsAt = due ? time.GetTimestamp() : windowsAt;
                var moving = time.GetElapsedTime(movingAt) >= MovingPeriod;
                movingAt = moving ? time.GetTimestamp() : movingAt;
                await PublishAsync(status, version, due, moving, stoppingToken);
            }

            await Task.Delay(market.Status?.Source == FeedStatus.Replay ? ReplayPeriod : Period, time, stoppingToken);
        }
    }

    private async Task PublishAsync(FeedStatus status, int version, bool due, bool moving, CancellationToken cancellationToken)
    {
        // Whoever enters positions trusts for a few seconds only that a feed lives.
        if (due || (moving && status.Alive is not null) || _statusVersion != version)
        {
            _statusVersion = version;
            await SendAsync(
                new MarketStatus(
                    status.Source, status.Notice, status.Symbols, time.GetUtcNow(), status.Shown.Name, status.Gaps, status.Alive, status.DeadSince),
                cancellationToken);
        }

        if (due || _historyVersion != market.HistoryVersion)
        {
            _historyVersion = market.HistoryVersion;
            // A hosted group may decide on any of them. A message a symbol, so that none grows with the number of symbols.
            foreach (var windows in market.Windows([.. market.Intervals], WindowBars).GroupBy(w => w.Symbol))
            {
                await SendAsync(new CandleWindows([.. windows]), cancellationToken);
            }
        }

        if (market.TakeMoved() is { Count: > 0 } prices)
        {
            await SendAsync(new PriceTicks(prices), cancellationToken);
        }

        foreach (var chunk in market.TakeClosed().Concat(moving ? market.Moving(status.Shown.Name) : []).Chunk(MaxCandles))
        {
            await SendAsync(new TradingSystem.Contracts.Bus.Candles(chunk), cancellationToken);
        }
    }

    private async Task SendAsync<TMessage>(TMessage message, CancellationToken cancellationToken)
        where TMessage : class
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            await bus.Publish(message, deadline.Token).WaitAsync(deadline.Token);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // A broker that is away would fill the log otherwise.
            Failures.Add(1);
            if (_failed++ % 100 == 0)
            {
                MarketPublisherLog.Failed(log, typeof(TMessage).Name, _failed, e);
            }
        }
    }
}

internal static partial class MarketPublisherLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{MessageType} was not published; {Count} messages lost since the start")]
    public static partial void Failed(ILogger logger, string messageType, long count, Exception exception);
}
