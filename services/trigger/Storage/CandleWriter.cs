using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Npgsql;
using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Market;

namespace TradingSystem.Trigger.Storage;

/// <summary>
/// Keeps closed minutes (or a replay's longer bars) in the database. The feed never waits for it: what does not fit the queue is dropped and counted.
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
        if (_dropped++ % 1_000 == 0)
        {
            CandleWriterLog.Dropped(log, _dropped);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new Dictionary<(string, string, string, DateTimeOffset), (string Source, Candle Candle)>();
        while (await _queue.Reader.WaitToReadAsync(stoppingToken))
        {
            // One statement must not touch a row twice; the later bar is the truer.
            batch.Clear();
            while (batch.Count < MaxBatch && _queue.Reader.TryRead(out var item))
            {
                batch[(item.Source, item.Candle.Symbol, item.Candle.Interval, item.Candle.OpenTime)] = item;
            }

            while (!await TryWriteAsync([.. batch.Values], stoppingToken))
            {
                await Task.Delay(Retry, time, stoppingToken);
            }
        }
    }

    private async Task<bool> TryWriteAsync(IReadOnlyList<(string Source, Candle Candle)> rows, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            await using var command = database.CreateCommand("""
                insert into trigger.candles (source, symbol, interval, open_time, open, high, low, close, volume, mark_price, funding_rate)
                select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                on conflict (source, symbol, interval, open_time) do update
                set open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close, volume = excluded.volume,
                    -- What rules have seen stays: a candle out of the exchange's record, or one of a node that heard less, has none.
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} candles dropped since the start: the database is away for too long")]
    public static partial void Dropped(ILogger logger, long count);
}
