using System.Globalization;
using System.Text.Json;

namespace TradingSystem.Contracts.Wire.Validation;

/// <summary>
/// Reads the fields of one JSON object and collects every broken rule. JSON null counts as absent.
/// A field that breaks a rule reads as absent, so callers look at <see cref="Errors"/> before they use anything.
/// </summary>
/// <param name="within">The reader of the whole, which keeps the warnings; null for the whole itself.</param>
public sealed partial class FieldReader(JsonElement json, string path, List<FieldError> errors, FieldReader? within = null)
{
    public List<FieldError> Errors => errors;

    public string Path(string name) => FieldError.Join(path, name);

    public bool Has(string name) => json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>It is there, as JSON null.</summary>
    public bool IsNull(string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Null;

    public void Fail(string name, string rule, string got) => errors.Add(new(Path(name), rule, FieldError.Shorten(got)));

    /// <summary>The field itself is what was got.</summary>
    public void Fail(string name, string rule) => Fail(name, rule, json.TryGetProperty(name, out var value) ? value.GetRawText() : "nothing");

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
        if (Fits(text, min, max))
        {
            return text;
        }

        Fail(name, min == 0 ? $"at most {max} characters" : $"{min} to {max} characters", $"{text.EnumerateRunes().Count()} characters");
        return null;
    }

    /// <summary>A text of one line, such as a name.</summary>
    public string? Line(string name, int max, int min = 0, bool required = false)
    {
        var text = Text(name, max, min, required);
        if (text is null || ControlCharacters.First(text) is not { } got)
        {
            return text;
        }

        Fail(name, ControlCharacters.Rule, got);
        return null;
    }

    /// <summary>A short string, or a number, as JSON.</summary>
    public string? TextOrNumber(string name, int max)
    {
        if (!Find(name, false, out var value))
        {
            return null;
        }

        var fits = value.ValueKind == JsonValueKind.String ? Fits(value.GetString()!, 0, max) : value.ValueKind == JsonValueKind.Number && value.GetRawText().Length <= max;
        return fits ? value.GetRawText() : Wrong<string>(name, $"string or number of at most {max} characters", value);
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

        // 5.0 is what some JSON writers make of 5. What is too small for a decimal is no 0.
        return value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) && number == decimal.Truncate(number) && number >= min && number <= max
            && (number != 0 || Amounts.Read(value) == 0)
            ? (int)number
            : WrongValue<int>(name, $"whole number {min} to {max}", value);
    }

    /// <summary>A decimal from a number or a decimal string, at least 0, kept to 18 places. What is positive stays so, however small it is.</summary>
    public decimal? Amount(string name, decimal min = 0, decimal max = FieldLimits.MaxAmount)
    {
        if (!Find(name, false, out var value))
        {
            return null;
        }

        return Amounts.Read(value) is { } amount && amount >= min && amount <= max
            ? amount
            : WrongValue<decimal>(name, $"decimal {min.ToString(CultureInfo.InvariantCulture)} to {max.ToString(CultureInfo.InvariantCulture)}", value);
    }

    public bool? Flag(string name) =>
        !Find(name, false, out var value) ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : WrongValue<bool>(name, "true or false", value);

    public Guid? Uuid(string name, bool required = false) =>
        !Find(name, required, out var value) ? null
        : value.ValueKind == JsonValueKind.String && IsUuid(value.GetString()!) ? Guid.ParseExact(value.GetString()!, "D")
        : WrongValue<Guid>(name, "uuid", value);

    /// <summary>A time as RFC 3339 has it, as UTC.</summary>
    public DateTimeOffset? Time(string name) =>
        !Find(name, false, out var value) ? null
        : value.ValueKind == JsonValueKind.String && Rfc3339.Read(value.GetString()!) is { } time ? time
        : WrongValue<DateTimeOffset>(name, Rfc3339.Rule, value);

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
            if (!Fits(text, 1, maxLength))
            {
                Fail($"{name}[{index}]", $"string of 1 to {maxLength} characters", item.GetRawText());
            }

            texts[index++] = text;
        }

        return texts;
    }

    public FieldReader? Object(string name, bool required = false) =>
        Element(name, JsonValueKind.Object, required) is { } value ? new FieldReader(value, Path(name), errors, within ?? this) : null;

    /// <summary>An object if it is one; nothing in it is an error.</summary>
    public FieldReader? Tolerant(string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? new FieldReader(value, Path(name), []) : null;

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

            readers.Add(new FieldReader(item, Path(at), errors, within ?? this));
        }

        return readers;
    }

    /// <summary>As <see cref="BodyFields.Check"/>.</summary>
    public void OnlyKnown(string[] known, params ReadOnlySpan<string> mayBeNull) => BodyFields.Check(json, path, known, errors, mayBeNull);

    /// <summary>The value's JSON as it came.</summary>
    public string? Raw(string name, JsonValueKind kind, bool required = false) => Element(name, kind, required)?.GetRawText();

    /// <summary>Code points, as JSON Schema counts them; there are never more of them than UTF-16 units, and at least half as many.</summary>
    private static bool Fits(string text, int min, int max) =>
        (text.Length >= 2 * min || text.EnumerateRunes().Count() >= min) && (text.Length <= max || (text.Length <= 2 * max && text.EnumerateRunes().Count() <= max));

    /// <summary>The framework's parser also takes blanks around it, and signs within.</summary>
    private static bool IsUuid(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (i is 8 or 13 or 18 or 23 ? text[i] != '-' : !char.IsAsciiHexDigit(text[i]))
            {
                return false;
            }
        }

        return text.Length == 36;
    }

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
