using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Market;

namespace TradingSystem.Trigger.Storage;

/// <summary>Candles out of memory, and what is older out of the database.</summary>
public sealed partial class StoredCandles(MarketState market, IDbContextFactory<TriggerDb> database, ILogger<StoredCandles> log)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SpanDeadline = TimeSpan.FromSeconds(20);

    /// <summary>
    /// The newest <paramref name="count"/> that opened before <paramref name="before"/>, oldest first; without that limit the moving bar is the last.
    /// Fewer where there are no more, or where the database did not answer in time.
    /// </summary>
    public async Task<IReadOnlyList<Candle>> NewestAsync(string symbol, string interval, int count, DateTimeOffset? before, CancellationToken cancellationToken)
    {
        var candles = market.Candles(symbol, interval, count, before);
        return candles.Count >= count
            ? candles
            : [.. await OlderAsync(symbol, interval, count - candles.Count, candles.Count > 0 ? candles[0].OpenTime : before, cancellationToken), .. candles];
    }

    /// <summary>All that the database keeps of a symbol (of the market's shown interval) and that opened within the span, oldest first.</summary>
    public async Task<IReadOnlyList<Candle>> WithinAsync(string symbol, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(SpanDeadline);
        var (source, interval) = (market.Status!.StoredAs, market.Status.Shown.Name);
        await using var db = await database.CreateDbContextAsync(deadline.Token);
        return await db.Candles.AsNoTracking()
            .Where(c => c.Source == source && c.Symbol == symbol && c.Interval == interval && c.OpenTime >= from && c.OpenTime < to)
            .OrderBy(c => c.OpenTime)
            .Select(r => new Candle(r.Symbol, r.Interval, r.OpenTime, r.Open, r.High, r.Low, r.Close, r.Volume, true, r.MarkPrice, r.FundingRate))
            .ToListAsync(deadline.Token);
    }

    private async Task<IReadOnlyList<Candle>> OlderAsync(string symbol, string interval, int count, DateTimeOffset? before, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            var source = market.Status!.StoredAs;
            var end = (before ?? DateTimeOffset.MaxValue).ToUniversalTime();
            await using var db = await database.CreateDbContextAsync(deadline.Token);
            var rows = await db.Candles.AsNoTracking()
                .Where(c => c.Source == source && c.Symbol == symbol && c.Interval == interval && c.OpenTime < end)
                .OrderByDescending(c => c.OpenTime).Take(count).ToListAsync(deadline.Token);
            rows.Reverse();
            return [.. rows.Select(r => new Candle(r.Symbol, r.Interval, r.OpenTime, r.Open, r.High, r.Low, r.Close, r.Volume, true, r.MarkPrice, r.FundingRate))];
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // What is in memory is an answer too.
            StoredCandlesLog.NoOlder(log, e);
            return [];
        }
    }
}

internal static partial class StoredCandlesLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Older candles could not be read")]
    public static partial void NoOlder(ILogger logger, Exception exception);
}
