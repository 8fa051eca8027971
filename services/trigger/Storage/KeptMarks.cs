using Npgsql;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Market;

namespace TradingSystem.Trigger.Storage;

/// <summary>
/// Gives the market what its candles had of marks before this start, ahead of its feed: the exchange's record of candles, which makes rules warm, has none.
/// </summary>
public sealed partial class KeptMarks(
    NpgsqlDataSource database, IReadOnlyList<string> symbols, MarketState market, TimeProvider time, ILogger<KeptMarks> log) : IHostedService
{
    // As far back as the live feed asks for candles of a minute, and of longer ones, whose ends lie on the five minutes.
    private static readonly TimeSpan Minutes = TimeSpan.FromMinutes(1_000);
    private static readonly TimeSpan Longer = TimeSpan.FromHours(210);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    /// <summary>A database that is away holds nothing up for long: then they are not known.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            var count = await ReadAsync(deadline.Token);
            KeptMarksLog.Read(log, count);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            KeptMarksLog.Failed(log, e);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<int> ReadAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var command = database.CreateCommand("""
            select symbol, open_time, mark_price, funding_rate from trigger.candles
            where source = $1 and symbol = any($2) and interval = $3 and mark_price is not null and open_time >= $4
                and (open_time >= $5 or extract(epoch from open_time)::bigint % 300 = 240)
            """);
        command.Parameters.Add(new() { Value = FeedStatus.Live });
        command.Parameters.Add(new() { Value = symbols.ToArray() });
        command.Parameters.Add(new() { Value = Interval.Minute.Name });
        command.Parameters.Add(new() { Value = now - Longer });
        command.Parameters.Add(new() { Value = now - Minutes });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var count = 0;
        while (await reader.ReadAsync(cancellationToken))
        {
            var end = await reader.GetFieldValueAsync<DateTimeOffset>(1, cancellationToken) + Interval.Minute.Length;
            market.Keep(FeedStatus.Live, reader.GetString(0), end, new(reader.GetDecimal(2), reader.IsDBNull(3) ? null : reader.GetDecimal(3)));
            count++;
        }

        return count;
    }
}

internal static partial class KeptMarksLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} candles of before this start have a mark price")]
    public static partial void Read(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Mark prices of before this start could not be read; rules do not know them")]
    public static partial void Failed(ILogger logger, Exception exception);
}
