using System.Globalization;
using System.Text.Json;
using TradingSystem.Hosting.Outbound;
using TradingSystem.Trigger.Candles;

namespace TradingSystem.Trigger.Feeds;

/// <summary>Past candles over REST. A failure costs the warm start, never the feed.</summary>
public sealed partial class LiveHistory(OutboundClient http, LiveOptions options, TimeProvider time, ILogger<LiveHistory> log)
{
    private const int Attempts = 3;
    private const int MostBars = 1_000;
    private const int LargestAnswer = 4 << 20;

    private static readonly (Interval Interval, int Count)[] Wanted =
        [(Interval.Minute, 500), (Interval.FiveMinutes, 200), (Interval.Quarter, 200), (Interval.Hour, 200)];

    public Task LoadAsync(IReadOnlyList<string> symbols, IFeedSink sink, CancellationToken cancellationToken) =>
        Task.WhenAll(symbols.Select(async symbol =>
        {
            foreach (var (interval, count) in Wanted)
            {
                await LoadAsync(symbol, interval, count, sink, cancellationToken);
            }
        }));

    /// <summary>Asks once for the bars that lack; whether they came shows in what lacks afterwards.</summary>
    public async Task CompleteAsync(LackingBars bars, IFeedSink sink, CancellationToken cancellationToken)
    {
        // One more, for a bar that is followed by another is surely closed.
        var count = Math.Min(bars.Count + 1, MostBars).ToString(CultureInfo.InvariantCulture);
        await TryAsync(bars.Symbol, bars.Interval, $"startTime={bars.Since.ToUnixTimeMilliseconds()}&limit={count}", 1, sink, cancellationToken);
    }

    private async Task LoadAsync(string symbol, Interval interval, int count, IFeedSink sink, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= Attempts && !await TryAsync(symbol, interval, $"limit={count}", attempt, sink, cancellationToken); attempt++)
        {
            await Task.Delay(TimeSpan.FromSeconds(attempt), time, cancellationToken);
        }
    }

    private async Task<bool> TryAsync(string symbol, Interval interval, string which, int attempt, IFeedSink sink, CancellationToken cancellationToken)
    {
        try
        {
            var address = new Uri(options.Rest, $"/fapi/v1/klines?symbol={symbol}&interval={interval.Name}&{which}");
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            var answer = await http.SendAsync(request, new(options.RestDeadline, LargestAnswer), cancellationToken);
            if (!answer.IsSuccess)
            {
                throw new HttpRequestException($"status {(int)answer.Status}");
            }

            using var bars = JsonDocument.Parse(answer.Body);
            sink.History(symbol, interval, LiveMessages.Klines(bars.RootElement, symbol, interval, answer.Headers.Date ?? time.GetUtcNow()), derive: false);
            return true;
        }
        catch (Exception e) when (
            e is HttpRequestException or JsonException or InvalidOperationException or FormatException or IndexOutOfRangeException or ArgumentOutOfRangeException or OverflowException or IOException or TimeoutException)
        {
            LiveHistoryLog.Failed(log, symbol, interval.Name, attempt, e.Message);
            return false;
        }
    }
}

internal static partial class LiveHistoryLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "No {Interval} history of {Symbol} (attempt {Attempt}): {Error}")]
    public static partial void Failed(ILogger logger, string symbol, string interval, int attempt, string error);
}
