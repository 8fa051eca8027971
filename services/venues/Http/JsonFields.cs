using System.Globalization;
using System.Text.Json;

namespace TradingSystem.Venues.Http;

/// <summary>
/// Reads what exchanges write: numbers as strings or as numbers, an empty string for nothing. What is asked for as needed and is
/// missing or malformed throws <see cref="FormatException"/>; what is not asked for is ignored.
/// </summary>
public static class JsonFields
{
    private const NumberStyles Number = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    /// <exception cref="JsonException">Not JSON, with a property twice, or too deep.</exception>
    public static JsonElement Parse(ReadOnlyMemory<byte> utf8)
    {
        using var document = JsonDocument.Parse(utf8, Strict);
        return document.RootElement.Clone();
    }

    public static JsonElement Need(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : throw new FormatException($"{name} is missing.");

    public static IEnumerable<JsonElement> Items(this JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? element.EnumerateArray()
        : throw new FormatException("A list was expected.");

    /// <summary>Null when it is missing, null or empty.</summary>
    public static string? Text(this JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out var value))
        {
            return null;
        }

        var text = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => null,
        };
        return text is { Length: > 0 } ? text : null;
    }

    public static string NeedText(this JsonElement element, string name) => element.Text(name) ?? throw new FormatException($"{name} is missing.");

    public static decimal? Decimal(this JsonElement element, string name) => element.Text(name) is not { } text
        ? null
        : decimal.TryParse(text, Number, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new FormatException($"{name} is not a number.");

    public static decimal NeedDecimal(this JsonElement element, string name) => element.Decimal(name) ?? throw new FormatException($"{name} is missing.");

    /// <summary>Null also for 0, which exchanges write where there is no price.</summary>
    public static decimal? Price(this JsonElement element, string name) => element.Decimal(name) is { } value && value != 0m ? value : null;

    public static bool Flag(this JsonElement element, string name) => element.Text(name) switch
    {
        null or "false" => false,
        "true" => true,
        _ => throw new FormatException($"{name} is not a flag."),
    };

    /// <summary>Milliseconds since 1970; null also for 0.</summary>
    public static DateTimeOffset? Time(this JsonElement element, string name) => element.Decimal(name) is { } value && value > 0m
        ? value < 253_402_300_799_999m ? DateTimeOffset.FromUnixTimeMilliseconds((long)value) : throw new FormatException($"{name} is no time.")
        : null;

    public static DateTimeOffset NeedTime(this JsonElement element, string name) => element.Time(name) ?? throw new FormatException($"{name} is missing.");
}
