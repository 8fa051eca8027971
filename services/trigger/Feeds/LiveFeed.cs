using System.Net.WebSockets;
using TradingSystem.Hosting.Outbound;
using TradingSystem.Trigger.Candles;

namespace TradingSystem.Trigger.Feeds;

/// <summary>
/// Binance USD-M over its public websockets: aggregated trades make prices and candles, a second connection brings bid and ask, a third the mark price.
/// Reconnects for ever with jittered backoff. Candles that trades were missed in come over REST, when they have ended, and are not told before.
/// </summary>
public sealed partial class LiveFeed(
    IReadOnlyList<string> symbols, LiveOptions options, LiveHistory history, OutboundClient http, TimeProvider time, ILogger<LiveFeed> log) : IMarketFeed
{
    private const int LargestMessage = 1 << 20;
    private const int Questions = 4;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(1);

    private readonly FeedStatus _status = new(FeedStatus.Live, FeedStatus.Live, Interval.Second, Interval.Second, symbols, null);

    public async Task RunAsync(IFeedSink sink, CancellationToken cancellationToken)
    {
        sink.Started(_status);
        // What was traded before the first trade that comes was missed, too.
        sink.Torn();
        await Task.WhenAll(
            KeepAsync("aggTrade", options.TradePaths, sink, true, cancellationToken),
            KeepAsync("bookTicker", options.QuotePaths, sink, false, cancellationToken),
            KeepAsync("markPrice@1s", options.TradePaths, sink, false, cancellationToken),
            CompleteAsync(sink, cancellationToken));
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

    private async Task KeepAsync(string stream, IReadOnlyList<string> paths, IFeedSink sink, bool announces, CancellationToken cancellationToken)
    {
        var failures = 0;
        while (true)
        {
            // Only a connection that brought something counts: an address that accepts and stays mute is as bad as none.
            var brought = false;
            try
            {
                await ReadAsync(Address(paths[failures % paths.Count], stream), sink, announces, () => brought = true, cancellationToken);
            }
            catch (Exception e) when (
                e is WebSocketException or HttpRequestException or IOException or TimeoutException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                LiveFeedLog.Lost(log, stream, e.Message);
            }

            failures = brought ? 0 : failures + 1;
            if (announces)
            {
                sink.Torn();
                sink.Started(_status with { Notice = "live feed lost; reconnecting" });
            }

            await Task.Delay(Backoff(failures), time, cancellationToken);
        }
    }

    private async Task ReadAsync(Uri address, IFeedSink sink, bool announces, Action brought, CancellationToken cancellationToken)
    {
        using var socket = new ClientWebSocket();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(options.ConnectDeadline);
        await socket.ConnectAsync(address, http.Invoker, deadline.Token);
        var buffer = new byte[16 * 1024];
        var length = 0;
        var first = true;
        while (true)
        {
            deadline.CancelAfter(options.SilenceDeadline);
            if (length == buffer.Length)
            {
                if (length >= LargestMessage)
                {
                    throw new IOException("a message is larger than 1 MiB");
                }

                Array.Resize(ref buffer, length * 2);
            }

            var part = await socket.ReceiveAsync(buffer.AsMemory(length), deadline.Token);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                throw new IOException("the exchange closed the connection");
            }

            length += part.Count;
            if (!part.EndOfMessage)
            {
                continue;
            }

            var message = LiveMessages.Parse(buffer.AsMemory(0, length));
            length = 0;
            if (message is null)
            {
                continue;
            }

            if (first)
            {
                first = false;
                brought();
                if (announces)
                {
                    LiveFeedLog.Connected(log, address.Host);
                    sink.Started(_status);
                    _ = history.LoadAsync(symbols, sink, cancellationToken).ContinueWith(t => _ = t.Exception, TaskScheduler.Default);
                }
            }

            if (message is Trade trade && trade is { Price: > 0, Quantity: >= 0 } && symbols.Contains(trade.Symbol))
            {
                sink.Trades([trade]);
            }
            else if (message is Quote quote && symbols.Contains(quote.Symbol))
            {
                sink.Quote(quote.Symbol, quote.Bid, quote.Ask);
            }
            else if (message is Mark { Price: > 0 } mark && symbols.Contains(mark.Symbol))
            {
                sink.Mark(mark.Symbol, mark.Price);
            }
        }
    }

    private Uri Address(string path, string stream) =>
        new(options.WebSocket, $"{path}?streams={string.Join('/', symbols.Select(s => $"{s.ToLowerInvariant()}@{stream}"))}");

#pragma warning disable CA5394 // Jitter is no secret.
    private TimeSpan Backoff(int failures) =>
        TimeSpan.FromMilliseconds(Math.Min(250 * Math.Pow(2, Math.Min(failures, 10)), options.LongestBackoff.TotalMilliseconds) * (0.5 + Random.Shared.NextDouble()));
#pragma warning restore CA5394
}

internal static partial class LiveFeedLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Live trades from {Host}")]
    public static partial void Connected(ILogger logger, string host);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Live {Stream} connection lost: {Error}")]
    public static partial void Lost(ILogger logger, string stream, string error);
}
