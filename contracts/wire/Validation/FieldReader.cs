using System.Globalization;
using System.Text.Json;

namespace TradingSystem.Contracts.Wire.Validation;

/// <summary>
/// Reads the fields of one JSON object and collects every broken rule. JSON null counts as absent.
/// A field that breaks a rule reads as absent, so callers look at <see cref="Errors"/> before they use anything.
/// </summary>
public sealed class FieldReader(JsonElement json, string path, List<FieldError> errors)
{
    /// <summary>What numeric(38,18) can hold is larger; nothing real is.</summary>
    private const decimal MaxAmount = 1_000_000_000_000m;

    public List<FieldError> Errors => errors;

    public string Path(string name) => FieldError.Join(path, name);

    public bool Has(string name) => json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    public void Fail(string name, string rule, string got) => errors.Add(new(Path(name), rule, FieldError.Shorten(got)));

    public string? Text(string name, int max, int min = 0, bool required = false)
    {
        if (!Find(name, required, out var value))
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            return Wrong<string>(name, "string", value);
        }

        var text = value.GetString()!;
        if (text.Length < min || text.Length > max)
        {
            Fail(name, min == 0 ? $"at most {max} characters" : $"{min} to {max} characters", $"{text.Length} characters");
            return null;
        }

        return text;
    }

    public string? OneOf(string name, bool required, params ReadOnlySpan<string> allowed)
    {
        if (Text(name, 64, 0, required) is not { } text)
        {
            return null;
        }

        if (allowed.Contains(text))
        {
            return text;
        }

        Fail(name, "one of " + string.Join(", ", allowed.ToArray()), text);
        return null;
    }

    public int? Whole(string name, int min, int max)
    {
        if (!Find(name, false, out var value))
        {
            return null;
        }

        // 5.0 is what some JSON writers make of 5.
        return value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) && number == decimal.Truncate(number) && number >= min && number <= max
            ? (int)number
            : WrongValue<int>(name, $"whole number {min} to {max}", value);
    }

    /// <summary>A decimal from a number or a decimal string, at least 0, kept to 18 places.</summary>
    public decimal? Amount(string name, decimal min = 0, decimal max = MaxAmount)
    {
        if (!Find(name, false, out var value))
        {
            return null;
        }

        var read = value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetDecimal(out var number) ? number : null,
            JsonValueKind.String => decimal.TryParse(value.GetString(), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number) ? number : null,
            _ => (decimal?)null,
        };
        return read is { } amount && amount >= min && amount <= max
            ? decimal.Round(amount, 18)
            : WrongValue<decimal>(name, $"decimal {min.ToString(CultureInfo.InvariantCulture)} to {max.ToString(CultureInfo.InvariantCulture)}", value);
    }

    public bool? Flag(string name) =>
        !Find(name, false, out var value) ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : WrongValue<bool>(name, "true or false", value);

    public Guid? Uuid(string name, bool required = false) =>
        !Find(name, required, out var value) ? null
        : value.ValueKind == JsonValueKind.String && Guid.TryParseExact(value.GetString(), "D", out var id) ? id
        : WrongValue<Guid>(name, "uuid", value);

    /// <summary>An ISO 8601 time, as UTC.</summary>
    public DateTimeOffset? Time(string name) =>
        !Find(name, false, out var value) ? null
        : value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var time) ? time.ToUniversalTime()
        : WrongValue<DateTimeOffset>(name, "ISO 8601 time", value);

    public IReadOnlyList<string> Texts(string name, int minItems, int maxItems, int maxLength, bool required)
    {
        if (!Find(name, required, out var value))
        {
            return [];
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            return Wrong<IReadOnlyList<string>>(name, "array of strings", value) ?? [];
        }

        var count = value.GetArrayLength();
        if (count < minItems || count > maxItems)
        {
            Fail(name, $"{minItems} to {maxItems} items", $"{count} items");
            return [];
        }

        var texts = new string[count];
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            var text = item.ValueKind == JsonValueKind.String ? item.GetString()! : "";
            if (text.Length == 0 || text.Length > maxLength)
            {
                Fail($"{name}[{index}]", $"string of 1 to {maxLength} characters", item.GetRawText());
            }

            texts[index++] = text;
        }

        return texts;
    }

    public FieldReader? Object(string name, bool required = false) =>
        Element(name, JsonValueKind.Object, required) is { } value ? new FieldReader(value, Path(name), errors) : null;

    public IReadOnlyList<FieldReader>? Objects(string name, int maxItems)
    {
        if (Element(name, JsonValueKind.Array) is not { } value)
        {
            return null;
        }

        if (value.GetArrayLength() > maxItems)
        {
            Fail(name, $"at most {maxItems} items", $"{value.GetArrayLength()} items");
            return null;
        }

        var readers = new List<FieldReader>();
        foreach (var item in value.EnumerateArray())
        {
            var at = $"{name}[{readers.Count}]";
            if (item.ValueKind != JsonValueKind.Object)
            {
                Wrong<object>(at, "object", item);
                return null;
            }

            readers.Add(new FieldReader(item, Path(at), errors));
        }

        return readers;
    }

    /// <summary>The value's JSON as it came.</summary>
    public string? Raw(string name, JsonValueKind kind, bool required = false) => Element(name, kind, required)?.GetRawText();

    private JsonElement? Element(string name, JsonValueKind kind, bool required = false)
    {
        if (!Find(name, required, out var value))
        {
            return null;
        }

        if (value.ValueKind == kind)
        {
            return value;
        }

        Wrong<object>(name, kind == JsonValueKind.Object ? "object" : "array", value);
        return null;
    }

    private bool Find(string name, bool required, out JsonElement value)
    {
        if (json.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null)
        {
            return true;
        }

        if (required)
        {
            Fail(name, "required", value.ValueKind == JsonValueKind.Null ? "null" : "nothing");
        }

        return false;
    }

    private T? Wrong<T>(string name, string rule, JsonElement value)
        where T : class
    {
        Fail(name, rule, value.GetRawText());
        return null;
    }

    private T? WrongValue<T>(string name, string rule, JsonElement value)
        where T : struct
    {
        Fail(name, rule, value.GetRawText());
        return null;
    }
}
