using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Legs;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Prices;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Protection;

/// <summary>
/// Makes the orders of protection legs whose price was reached. Every node watches all legs: its own at once, the others' as the table
/// tells; the unique key of a leg's order lets only one of them win. An order that was saved and not told of, e.g. because the process
/// died, is told of by whoever reads the table next.
/// </summary>
public sealed class ProtectionWatch : BackgroundService, IDecisionListener, IPriceListener
{
    private const int MostAtOnce = 256;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly IDbContextFactory<ExecutionDb> _databases;
    private readonly DecisionProcessor _processor;
    private readonly Announcer _announcer;
    private readonly PriceBook _prices;
    private readonly TimeProvider _time;
    private readonly ILogger<ProtectionWatch> _log;
    private readonly ReachedLegs _legs = new();
    private readonly HashSet<Guid> _telling = [];
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public ProtectionWatch(
        IDbContextFactory<ExecutionDb> databases, DecisionProcessor processor, Announcer announcer, PriceBook prices, TimeProvider time,
        ILogger<ProtectionWatch> log)
    {
        (_databases, _processor, _announcer, _prices, _time, _log) = (databases, processor, announcer, prices, time, log);
    }

    /// <summary>Prices as they come; never blocks.</summary>
    public void See(IReadOnlyList<PriceTick> ticks)
    {
        if (_legs.See(ticks))
        {
            _wake.Writer.TryWrite(true);
        }
    }

    /// <summary>Reads what waits and what was not told of.</summary>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellationToken);
        _legs.BeginRead();
        var waiting = await db.ProtectionLegs.AsNoTracking().Where(l => l.Status == LegStatuses.Waiting).ToListAsync(cancellationToken);
        _legs.EndRead(waiting);
        SeeLatest(waiting);
        var untold = await db.ProtectionLegs.AsNoTracking().Where(l => l.Status == LegStatuses.Triggered && l.AnnouncedAt == null).Select(l => l.Id).ToListAsync(cancellationToken);
        lock (_telling)
        {
            untold.RemoveAll(_telling.Contains);
        }

        if (untold.Count > 0)
        {
            Tell(await db.Orders.AsNoTracking().Where(o => untold.Contains(o.DecisionId)).ToListAsync(cancellationToken));
        }
    }

    /// <summary>The orders of what was reached until now.</summary>
    public async Task<IReadOnlyList<Order>> CloseReachedAsync(CancellationToken cancellationToken)
    {
        var reached = _legs.Reached(MostAtOnce);
        if (reached.Count == 0)
        {
            return [];
        }

        var orders = await _processor.TriggerAsync(reached, cancellationToken);
        if (orders.Count > 0)
        {
            Tell(orders);
        }

        return orders;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var lastRead = default(long?);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (lastRead is not { } at || _time.GetElapsedTime(at) >= Period)
                {
                    await ReadAsync(stoppingToken);
                    lastRead = _time.GetTimestamp();
                }

                // What has no price that may be traded on stays reached and is tried again, but not without a pause.
                var made = await CloseReachedAsync(stoppingToken);
                if (made.Count == 0)
                {
                    await WaitAsync(_legs.Reached(1).Count > 0 ? Pause : Period - _time.GetElapsedTime(lastRead.Value), stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                ProtectionWatchLog.RoundFailed(_log, e);
                await Task.Delay(TimeSpan.FromSeconds(1), _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    void IDecisionListener.LegsChanged(IReadOnlyList<ProtectionLeg> legs)
    {
        _legs.Update(legs);
        SeeLatest(legs);
    }

    /// <summary>The price may have gone beyond a trigger before its leg was watched.</summary>
    private void SeeLatest(IReadOnlyList<ProtectionLeg> legs) =>
        See([.. legs.Select(l => l.Symbol).Distinct().Where(_prices.IsFresh).Select(_prices.Find).OfType<PriceTick>()]);

    private async Task WaitAsync(TimeSpan longest, CancellationToken stoppingToken)
    {
        using var deadline = new CancellationTokenSource(longest > TimeSpan.Zero ? longest : TimeSpan.Zero, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, deadline.Token);
        try
        {
            await _wake.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            // Time to read again.
        }
    }

    private void Tell(IReadOnlyList<Order> orders)
    {
        lock (_telling)
        {
            _telling.UnionWith(orders.Select(o => o.DecisionId));
        }

        var delivery = new DecisionDelivery([], seenBefore: false, CancellationToken.None);
        _announcer.Add([delivery], orders);
        _ = ToldAsync(delivery, orders);
    }

    private async Task ToldAsync(DecisionDelivery delivery, IReadOnlyList<Order> orders)
    {
        var ids = orders.Select(o => o.DecisionId).ToArray();
        try
        {
            await delivery.Done;
            await using var db = await _databases.CreateDbContextAsync();
            DateTimeOffset? now = _time.GetUtcNow();
            await db.ProtectionLegs.Where(l => ids.Contains(l.Id) && l.Status == LegStatuses.Triggered).ExecuteUpdateAsync(s => s.SetProperty(l => l.AnnouncedAt, now));
        }
        catch (Exception e)
        {
            ProtectionWatchLog.NotTold(_log, ids.Length, e);
        }
        finally
        {
            lock (_telling)
            {
                _telling.ExceptWith(ids);
            }
        }
    }
}

internal static partial class ProtectionWatchLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Protection legs could not be looked after this round")]
    public static partial void RoundFailed(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} orders of protection legs are announced again")]
    public static partial void NotTold(ILogger logger, int count, Exception exception);
}
