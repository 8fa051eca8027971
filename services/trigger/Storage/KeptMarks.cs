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
    private const int Attempts = 2;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    /// <summary>A database that is away holds nothing up for long: then none of them are known.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            using var ends = new CancellationTokenSource(Deadline, time);
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, ends.Token);
            try
            {
                // Half of them would be other figures for one symbol than for the next.
                var kept = await ReadAsync(deadline.Token);
                kept.ForEach(k => market.Keep(FeedStatus.Live, k.Symbol, k.End, k.Figures));
                KeptMarksLog.Read(log, kept.Count);
                return;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                KeptMarksLog.Failed(log, attempt, Attempts, e);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<List<(string Symbol, DateTimeOffset End, MarkFigures Figures)>> ReadAsync(CancellationToken cancellationToken)
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
        command.Parameters.Add(new() { Value = now - Marks.FiveMinutes });
        command.Parameters.Add(new() { Value = now - Marks.Minutes });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var kept = new List<(string, DateTimeOffset, MarkFigures)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var end = await reader.GetFieldValueAsync<DateTimeOffset>(1, cancellationToken) + Interval.Minute.Length;
            kept.Add((reader.GetString(0), end, new(reader.GetDecimal(2), reader.IsDBNull(3) ? null : reader.GetDecimal(3))));
        }

        return kept;
    }
}

internal static partial class KeptMarksLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} candles of before this start have a mark price")]
    public static partial void Read(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Mark prices of before this start could not be read (attempt {Attempt} of {Attempts}); without them rules do not know them")]
    public static partial void Failed(ILogger logger, int attempt, int attempts, Exception exception);
}
