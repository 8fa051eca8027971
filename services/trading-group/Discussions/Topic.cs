using System.Globalization;
using System.Text.Json;

namespace TradingSystem.TradingGroup.Discussions;

/// <summary>What an event's payload says about the market, as far as it is a JSON object. <c>MarketTime</c> is a candle's close.</summary>
public sealed record Topic(string? Symbol, string? Interval, int Direction, DateTimeOffset? MarketTime)
{
    private static readonly Topic Nothing = new(null, null, 0, null);

    public static Topic Read(string payload)
    {
        try
        {
            using var document = JsonDocument.Parse(payload);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return Nothing;
            }

            return new(
                Text(root, "symbol"),
                Text(root, "interval"),
                Lean(Text(root, "direction")),
                DateTimeOffset.TryParse(Text(root, "market_time"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // A payload is free text; a lone surrogate in it cannot be read as a string either.
            return Nothing;
        }
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 and <= 64 } text ? text : null;

    private static int Lean(string? direction) => direction?.ToLowerInvariant() switch
    {
        "up" or "long" or "buy" or "bullish" => 1,
        "down" or "short" or "sell" or "bearish" => -1,
        _ => 0,
    };
}
