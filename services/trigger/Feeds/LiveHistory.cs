using System.Text.Json;
using TradingSystem.Trigger.Candles;

namespace TradingSystem.Trigger.Feeds;

/// <summary>Past candles over REST. A failure costs the warm start, never the feed.</summary>
public sealed partial class LiveHistory(HttpClient http, LiveOptions options, TimeProvider time, ILogger<LiveHistory> log)
{
    private const int Attempts = 3;

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

    private async Task LoadAsync(string symbol, Interval interval, int count, IFeedSink sink, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(options.RestDeadline);
            try
            {
                var address = new Uri(options.Rest, $"/fapi/v1/klines?symbol={symbol}&interval={interval.Name}&limit={count}");
                using var answer = await JsonDocument.ParseAsync(await http.GetStreamAsync(address, deadline.Token), cancellationToken: deadline.Token);
                sink.History(symbol, interval, LiveMessages.Klines(answer.RootElement, symbol, interval, time.GetUtcNow()), derive: false);
                return;
            }
            catch (Exception e) when (e is HttpRequestException or JsonException or InvalidOperationException or FormatException or IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                LiveHistoryLog.Failed(log, symbol, interval.Name, attempt, e.Message);
                await Task.Delay(TimeSpan.FromSeconds(attempt), time, cancellationToken);
            }
        }
    }
}

internal static partial class LiveHistoryLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "No {Interval} history of {Symbol} (attempt {Attempt}): {Error}")]
    public static partial void Failed(ILogger logger, string symbol, string interval, int attempt, string error);
}
