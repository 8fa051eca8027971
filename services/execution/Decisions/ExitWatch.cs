using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Exits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Prices;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Decisions;

/// <summary>
/// Settles exits that wait as soon as there is a price, or their time is over. Every node does, whoever accepted them; the row of an exit lets only one
/// of them win. An end that was saved and not told of, e.g. because the process died, is told of by whoever reads the table next.
/// </summary>
public sealed class ExitWatch : BackgroundService, IDecisionListener, IPriceListener
{
    private const int MostAtOnce = 256;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly IDbContextFactory<ExecutionDb> _databases;
    private readonly DecisionProcessor _processor;
    private readonly Announcer _announcer;
    private readonly PriceBook _prices;
    private readonly TimeProvider _time;
    private readonly ILogger<ExitWatch> _log;
    private readonly HashSet<Guid> _telling = [];
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile string[] _symbols = [];

    public ExitWatch(IDbContextFactory<ExecutionDb> databases, DecisionProcessor processor, Announcer announcer, PriceBook prices, TimeProvider time, ILogger<ExitWatch> log)
    {
        (_databases, _processor, _announcer, _prices, _time, _log) = (databases, processor, announcer, prices, time, log);
    }

    /// <summary>Prices as they come; never blocks.</summary>
    public void See(IReadOnlyList<PriceTick> ticks)
    {
        var symbols = _symbols;
        if (symbols.Length == 0)
        {
            return;
        }

        foreach (var tick in ticks)
        {
            if (Array.IndexOf(symbols, tick.Symbol) >= 0)
            {
                Wake();
                return;
            }
        }
    }

    /// <summary>One look at all that wait, and at what was not told of.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellationToken);
        var waiting = await db.WaitingExits.AsNoTracking().Where(e => e.SettledAt == null).OrderBy(e => e.Seq).ToListAsync(cancellationToken);
        _symbols = [.. waiting.Select(e => e.Symbol).Distinct()];
        var now = _time.GetUtcNow();
        foreach (var due in waiting.Where(e => _prices.IsPriced(e.Symbol) || e.Read().ValidUntil < now).Chunk(MostAtOnce))
        {
            await _processor.SettleAsync(due, afresh: false, cancellationToken);
        }

        var untold = await db.WaitingExits
            .AsNoTracking().Where(e => e.SettledAt != null && e.AnnouncedAt == null).OrderBy(e => e.Seq).Select(e => e.DecisionId).Take(MostAtOnce)
            .ToListAsync(cancellationToken);
        lock (_telling)
        {
            untold.RemoveAll(_telling.Contains);
        }

        if (untold.Count > 0)
        {
            Tell(await db.Orders.AsNoTracking().Where(o => untold.Contains(o.DecisionId)).ToListAsync(cancellationToken));
        }
    }

    /// <summary>
    /// Ends what bots of the groups have waiting, because a person holds it back now. How many ended of each group, and how many still wait.
    /// </summary>
    public async Task<(IReadOnlyDictionary<Guid, int> Ended, int Left)> EndHeldAsync(IReadOnlyList<Guid> groups, CancellationToken cancellationToken)
    {
        var wanted = groups.ToArray();
        await using var db = await _databases.CreateDbContextAsync(cancellationToken);
        var waiting = await db.WaitingExits
            .AsNoTracking().Where(e => e.SettledAt == null && !e.ByCommand && wanted.Contains(e.GroupId)).OrderBy(e => e.Seq)
            .ToListAsync(cancellationToken);
        if (waiting.Count == 0)
        {
            return (new Dictionary<Guid, int>(), 0);
        }

        foreach (var some in waiting.Chunk(MostAtOnce))
        {
            await _processor.SettleAsync(some, afresh: true, cancellationToken);
        }

        var ids = waiting.ConvertAll(e => e.DecisionId).ToArray();
        var left = await db.WaitingExits.AsNoTracking().Where(e => e.SettledAt == null && ids.Contains(e.DecisionId)).Select(e => e.DecisionId).ToListAsync(cancellationToken);
        return (waiting.Where(e => !left.Contains(e.DecisionId)).GroupBy(e => e.GroupId).ToDictionary(g => g.Key, g => g.Count()), left.Count);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LookAsync(stoppingToken);
                await WaitAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                ExitWatchLog.RoundFailed(_log, e);
                await Task.Delay(Pause, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    void IDecisionListener.ExitsWait() => Wake();

    void IDecisionListener.ExitsSettled(IReadOnlyList<Order> orders) => Tell(orders);

    /// <summary>There is something to look at; never blocks.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    private async Task WaitAsync(CancellationToken stoppingToken)
    {
        using var deadline = new CancellationTokenSource(Period, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, deadline.Token);
        try
        {
            await _wake.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            // Another node may have accepted or settled some.
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
            await db.WaitingExits.Where(e => ids.Contains(e.DecisionId)).ExecuteUpdateAsync(s => s.SetProperty(e => e.AnnouncedAt, now));
        }
        catch (Exception e)
        {
            ExitWatchLog.NotTold(_log, ids.Length, e);
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

internal static partial class ExitWatchLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Exits that wait for a price could not be looked after this round")]
    public static partial void RoundFailed(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} orders that waited for a price are announced again")]
    public static partial void NotTold(ILogger logger, int count, Exception exception);
}
