using TradingSystem.Hosting.Outbound;
using TradingSystem.Trigger.Candles;

namespace TradingSystem.Trigger.Feeds;

/// <summary>
/// Binance USD-M over its public websockets: one connection brings aggregated trades, which make prices and candles, and the mark prices that tick
/// whether anybody trades or not; another one best bid and ask. Reconnects for ever with jittered backoff. Candles that trades were missed in come over
/// REST, when they have ended, and are not told before.
/// </summary>
public sealed class LiveFeed(
    IReadOnlyList<string> symbols, LiveOptions options, LiveHistory history, OutboundClient http, TimeProvider time, ILogger<LiveFeed> log) : IMarketFeed
{
    private const int Questions = 4;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(1);

    private readonly FeedStatus _status = new(FeedStatus.Live, FeedStatus.Live, Interval.Second, Interval.Second, symbols, null)
    {
        QuietAfter = options.QuietAfter,
    };

    public async Task RunAsync(IFeedSink sink, CancellationToken cancellationToken)
    {
        using var pulse = new FeedPulse(sink, _status, options.DeadAfter, time, log);
        // What was traded before the first trade that comes was missed, too.
        sink.Torn();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] parts =
        [
            new LiveTrades(symbols, options, history, http, sink, pulse, time, log).RunAsync(end.Token),
            KeepQuotesAsync(sink, end.Token),
            CompleteAsync(sink, end.Token),
        ];
        // None of them ends by itself: the first that does has failed, and the others are worth nothing without it.
        var ended = await Task.WhenAny(parts);
        await end.CancelAsync();
        await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ended;
    }

    /// <summary>Asks for the candles that lack; what is not got is asked for ever more rarely.</summary>
    private async Task CompleteAsync(IFeedSink sink, CancellationToken cancellationToken)
    {
        var asked = new Dictionary<(string, Interval), (DateTimeOffset Since, long At, TimeSpan Pause)>();
        while (true)
        {
            await Task.Delay(Round, time, cancellationToken);
            var lacking = sink.Lacking(options.CompletionGrace);
            foreach (var key in asked.Keys.Except(lacking.Select(l => (l.Symbol, l.Interval))).ToList())
            {
                asked.Remove(key);
            }

            var due = lacking
                .Where(
                    l => !asked.TryGetValue((l.Symbol, l.Interval), out var before) || before.Since != l.Since || time.GetElapsedTime(before.At) >= before.Pause)
                .ToList();
            foreach (var l in due)
            {
                var pause = asked.TryGetValue((l.Symbol, l.Interval), out var before) && before.Since == l.Since ? before.Pause * 2 : Round;
                asked[(l.Symbol, l.Interval)] = (l.Since, time.GetTimestamp(), pause < LongestSilence ? pause : LongestSilence);
            }

            await Parallel.ForEachAsync(
                due, new ParallelOptions { MaxDegreeOfParallelism = Questions, CancellationToken = cancellationToken },
                async (l, token) => await history.CompleteAsync(l, sink, token));
        }
    }

    /// <summary>Quotes are what is now, so that a connection that ends is simply made again.</summary>
    private async Task KeepQuotesAsync(IFeedSink sink, CancellationToken cancellationToken)
    {
        var failures = 0;
        while (true)
        {
            var socket = new LiveSocket(
                LiveAddress.Of(options, options.QuotePaths[failures % options.QuotePaths.Count], symbols, "bookTicker"), options.ConnectDeadline,
                options.SilenceDeadline, isSign: null, http, time);
            try
            {
                await socket.ReadAsync(Take, cancellationToken);
            }
            catch (Exception e) when (LiveSocket.IsLoss(e))
            {
                LiveFeedLog.Lost(log, "quotes", e.Message);
            }

            failures = socket.HasBrought ? 0 : failures + 1;
            await Task.Delay(LiveAddress.Backoff(options, failures), time, cancellationToken);
        }

        void Take(object message)
        {
            if (message is Quote quote && symbols.Contains(quote.Symbol))
            {
                sink.Quote(quote.Symbol, quote.Bid, quote.Ask);
            }
        }
    }
}

/// <summary>Where the connections go, and how soon again.</summary>
internal static class LiveAddress
{
    public static Uri Of(LiveOptions options, string path, IReadOnlyList<string> symbols, params IReadOnlyList<string> streams) =>
        new(options.WebSocket, $"{path}?streams={string.Join('/', symbols.SelectMany(s => streams, (s, stream) => $"{s.ToLowerInvariant()}@{stream}"))}");

#pragma warning disable CA5394 // Jitter is no secret.
    public static TimeSpan Backoff(LiveOptions options, int failures) =>
        TimeSpan.FromMilliseconds(Math.Min(250 * Math.Pow(2, Math.Min(failures, 10)), options.LongestBackoff.TotalMilliseconds) * (0.5 + Random.Shared.NextDouble()));

    /// <summary>When a connection is to be followed by another: up to a twentieth before its time.</summary>
    public static TimeSpan Renewal(LiveOptions options) => options.RenewAfter * (1 - (Random.Shared.NextDouble() / 20));
#pragma warning restore CA5394
}

internal static partial class LiveFeedLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Live trades from {Host}")]
    public static partial void Connected(ILogger logger, string host);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Live connection of {What} lost: {Error}")]
    public static partial void Lost(ILogger logger, string what, string error);

    [LoggerMessage(Level = LogLevel.Information, Message = "The connection of the trades is renewed; both are read until they overlap")]
    public static partial void Renewing(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "The connection of the trades was renewed; overlap by ids: {Overlapped}")]
    public static partial void Renewed(ILogger logger, bool overlapped);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The connection of the trades could not be renewed and is kept: {Error}")]
    public static partial void NotRenewed(ILogger logger, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Trades of {Symbol} were missed before id {Id}")]
    public static partial void Jump(ILogger logger, string symbol, long id);
}
