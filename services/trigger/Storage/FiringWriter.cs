using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;

namespace TradingSystem.Trigger.Storage;

/// <summary>
/// Keeps when rules raised events, so that a cooldown outlasts a restart, for as long as a cooldown can be. The market never waits for it; what does
/// not fit the queue is dropped, and logged.
/// </summary>
public sealed partial class FiringWriter(IDbContextFactory<TriggerDb> database, TimeProvider time, ILogger<FiringWriter> log) : BackgroundService
{
    private const int Capacity = 10_000;
    private const int MaxBatch = 500;
    private static readonly TimeSpan Kept = TimeSpan.FromDays(8);
    private static readonly TimeSpan Pruning = TimeSpan.FromHours(1);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);

    private readonly Channel<RuleFiringRow> _queue = Channel.CreateBounded<RuleFiringRow>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private long? _prunedAt;

    public void Keep(RuleFiringRow firing)
    {
        if (!_queue.Writer.TryWrite(firing))
        {
            FiringWriterLog.Dropped(log, firing.EventId);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<RuleFiringRow>();
        while (await _queue.Reader.WaitToReadAsync(stoppingToken))
        {
            batch.Clear();
            while (batch.Count < MaxBatch && _queue.Reader.TryRead(out var firing))
            {
                batch.Add(firing);
            }

            while (!await TryWriteAsync(batch, stoppingToken))
            {
                await Task.Delay(Retry, time, stoppingToken);
            }
        }
    }

    private async Task<bool> TryWriteAsync(List<RuleFiringRow> batch, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            await using var db = await database.CreateDbContextAsync(deadline.Token);
            var now = time.GetUtcNow();
            foreach (var f in batch)
            {
                // Another node, or this one before it was stopped, may have written it.
                await db.Database.ExecuteSqlAsync(
                    $"""
                    insert into trigger.rule_firings (market, rule_id, symbol, at, version, event_id, created_at)
                    values ({f.Market}, {f.RuleId}, {f.Symbol}, {f.At}, {f.Version}, {f.EventId}, {now}) on conflict do nothing
                    """,
                    deadline.Token);
            }

            if (_prunedAt is not { } before || time.GetElapsedTime(before) > Pruning)
            {
                var end = now - Kept;
                await db.RuleFirings.Where(f => f.CreatedAt < end).ExecuteDeleteAsync(deadline.Token);
                _prunedAt = time.GetTimestamp();
            }

            return true;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            FiringWriterLog.Failed(log, batch.Count, e);
            return false;
        }
    }
}

internal static partial class FiringWriterLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} times of rules' events wait: the database did not take them")]
    public static partial void Failed(ILogger logger, int count, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "The time of event {EventId} is not kept, too many wait")]
    public static partial void Dropped(ILogger logger, Guid eventId);
}
