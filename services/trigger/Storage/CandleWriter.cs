using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Npgsql;
using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Market;

namespace TradingSystem.Trigger.Storage;

/// <summary>
/// Keeps closed minutes (or a replay's longer bars) in the database. The feed never waits for it: what does not fit the queue is dropped and counted. What
/// waits at a stop is written then, for nobody else has what is beside the candles.
/// </summary>
public sealed partial class CandleWriter(NpgsqlDataSource database, TimeProvider time, ILogger<CandleWriter> log) : BackgroundService, ICandleListener
{
    private const int Capacity = 20_000;
    private const int MaxBatch = 1_000;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);
    private static readonly Counter<long> Drops = new Meter("TradingSystem.Trigger").CreateCounter<long>("trigger.candles.dropped");

    private readonly Channel<(string Source, Candle Candle)> _queue =
        Channel.CreateBounded<(string, Candle)>(new BoundedChannelOptions(Capacity) { SingleReader = true });

    // One statement must not touch a row twice; the later bar is the truer.
    private readonly Dictionary<(string, string, string, DateTimeOffset), (string Source, Candle Candle)> _batch = [];

    private string _source = "";
    private string _interval = "";
    private long _dropped;

    public void Started(FeedStatus status)
    {
        _source = status.StoredAs;
        _interval = status.Shown.Name;
    }

    public void History(string symbol, Interval interval, IReadOnlyList<Candle> closed, IReadOnlyList<Candle> changed)
    {
        foreach (var candle in changed)
        {
            Closed(candle);
        }
    }

    public void Closed(Candle candle)
    {
        if (candle.Interval != _interval || _queue.Writer.TryWrite((_source, candle)))
        {
            return;
        }

        Drops.Add(1);
        if (Interlocked.Increment(ref _dropped) is var dropped && dropped % 1_000 == 1)
        {
            CandleWriterLog.Dropped(log, dropped);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _queue.Reader.WaitToReadAsync(stoppingToken))
        {
            Fill();
            while (!await TryWriteAsync(stoppingToken))
            {
                await Task.Delay(Retry, time, stoppingToken);
            }
        }
    }

    /// <summary>What was in hand, and what is in the queue; the feed has stopped before.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        _queue.Writer.TryComplete();
        if (ExecuteTask is { IsCompleted: false })
        {
            return;
        }

        try
        {
            Fill();
            while (_batch.Count > 0 && await TryWriteAsync(cancellationToken))
            {
                Fill();
            }
        }
        finally
        {
            if (_batch.Count + _queue.Reader.Count is > 0 and var lost)
            {
                CandleWriterLog.Lost(log, lost);
            }
        }
    }

    private void Fill()
    {
        while (_batch.Count < MaxBatch && _queue.Reader.TryRead(out var item))
        {
            _batch[(item.Source, item.Candle.Symbol, item.Candle.Interval, item.Candle.OpenTime)] = item;
        }
    }

    /// <summary>Writes what is in hand, which is empty then; it stays where that failed.</summary>
    private async Task<bool> TryWriteAsync(CancellationToken cancellationToken)
    {
        var rows = _batch.Values.ToList();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            await using var command = database.CreateCommand("""
                insert into trigger.candles (source, symbol, interval, open_time, open, high, low, close, volume, mark_price, funding_rate)
                select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                on conflict (source, symbol, interval, open_time) do update
                set open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close, volume = excluded.volume,
                    -- Figures that rules have seen stay: a candle out of the exchange's record, or one of a node that heard less, has none. Those of a node that
                    -- heard more are taken, although rules of the other saw the candle without.
                    funding_rate = case when candles.mark_price is null then excluded.funding_rate else candles.funding_rate end,
                    mark_price = coalesce(candles.mark_price, excluded.mark_price)
                """);
            command.Parameters.Add(new() { Value = rows.Select(r => r.Source).ToArray() });
            command.Parameters.Add(new() { Value = rows.Select(r => r.Candle.Symbol).ToArray() });
            command.Parameters.Add(new() { Value = rows.Select(r => r.Candle.Interval).ToArray() });
            command.Parameters.Add(new() { Value = rows.Select(r => r.Candle.OpenTime).ToArray() });
            command.Parameters.Add(new() { Value = rows.Select(r => r.Candle.Open).ToArray() });
            command.Parameters.Add(new() { Value = rows.Select(r => r.Candle.High).ToArray() });
            command.Parameters.Add(new() { Value = rows.Select(r => r.Candle.Low).ToArray() });
            command.Parameters.Add(new() { Value = rows.Select(r => r.Candle.Close).ToArray() });
            command.Parameters.Add(new() { Value = rows.Select(r => r.Candle.Volume).ToArray() });
            command.Parameters.Add(new() { Value = rows.Select(r => r.Candle.MarkPrice).ToArray() });
            command.Parameters.Add(new() { Value = rows.Select(r => r.Candle.FundingRate).ToArray() });
            await command.ExecuteNonQueryAsync(deadline.Token);
            _batch.Clear();
            return true;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            CandleWriterLog.Failed(log, rows.Count, e);
            return false;
        }
    }
}

internal static partial class CandleWriterLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} candles wait: the database did not take them")]
    public static partial void Failed(ILogger logger, int count, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} candles were not written before the stop, and what was told of marks beside them is lost")]
    public static partial void Lost(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} candles dropped since the start: the database is away for too long")]
    public static partial void Dropped(ILogger logger, long count);
}
