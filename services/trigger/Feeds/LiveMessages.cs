using System.Globalization;
using System.Text.Json;
using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Candles;

namespace TradingSystem.Trigger.Feeds;

/// <summary>Best bid and ask in quote currency.</summary>
public readonly record struct Quote(string Symbol, decimal Bid, decimal Ask);

/// <summary>The exchange's JSON. Numbers come as strings, times as Unix milliseconds. What is not understood is null, never an exception.</summary>
public static class LiveMessages
{
    private static readonly long LastMoment = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>An <c>aggTrade</c>, <c>bookTicker</c> or <c>markPriceUpdate</c>, bare or within a combined stream's envelope.</summary>
    public static object? Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8);
            var data = document.RootElement;
            if (data.ValueKind == JsonValueKind.Object && data.TryGetProperty("data", out var inner))
            {
                data = inner;
            }

            if (data.ValueKind != JsonValueKind.Object || !data.TryGetProperty("e", out var kind))
            {
                return null;
            }

            return kind.GetString() switch
            {
                "aggTrade" => new Trade(
                    Text(data, "s"), Number(data.GetProperty("p")), Number(data.GetProperty("q")), DateTimeOffset.FromUnixTimeMilliseconds(data.GetProperty("T").GetInt64()),
                    TakerBuys: data.TryGetProperty("m", out var buyerMade) ? !buyerMade.GetBoolean() : null,
                    Id: data.TryGetProperty("a", out var id) ? id.GetInt64() : null),
                "bookTicker" => new Quote(Text(data, "s"), Number(data.GetProperty("b")), Number(data.GetProperty("a"))),
                "markPriceUpdate" => new Mark(
                    Text(data, "s"), Number(data.GetProperty("p")),
                    data.TryGetProperty("r", out var rate) && rate.GetString() is { Length: > 0 } ? Number(rate) : null,
                    Moment(data, "T"), Moment(data, "E")),
                _ => null,
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or OverflowException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    /// <summary>
    /// The answer of <c>/fapi/v1/klines</c>. A bar is closed when another follows it, or when it has ended at <paramref name="answered"/>,
    /// the exchange's clock: ours may be ahead, and would call a half-made bar closed.
    /// </summary>
    public static IReadOnlyList<Candle> Klines(JsonElement rows, string symbol, Interval interval, DateTimeOffset answered)
    {
        var count = rows.GetArrayLength();
        return
        [
            .. rows.EnumerateArray().Select((row, i) =>
            {
                var open = DateTimeOffset.FromUnixTimeMilliseconds(row[0].GetInt64());
                return new Candle(
                    symbol, interval.Name, open, Number(row[1]), Number(row[2]), Number(row[3]), Number(row[4]), Number(row[5]),
                    i + 1 < count || open + interval.Length <= answered);
            }),
        ];
    }

    // A mark is also what shows that the feed lives: it must not be lost for a time that cannot be read.
    private static DateTimeOffset? Moment(JsonElement data, string name) =>
        data.TryGetProperty(name, out var moment) && moment.ValueKind == JsonValueKind.Number && moment.TryGetInt64(out var at) && at > 0 && at <= LastMoment
            ? DateTimeOffset.FromUnixTimeMilliseconds(at)
            : null;

    private static string Text(JsonElement data, string name) => data.GetProperty(name).GetString() ?? throw new FormatException();

    private static decimal Number(JsonElement value) =>
        decimal.Parse(value.GetString() ?? throw new FormatException(), NumberStyles.Float, CultureInfo.InvariantCulture);
}
