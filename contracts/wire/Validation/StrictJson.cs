using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;

namespace TradingSystem.Contracts.Wire.Validation;

/// <summary>
/// JSON without surprises: valid UTF-8, no duplicate keys, at most 32 levels, finite numbers,
/// no lone surrogates and no U+0000 (which PostgreSQL cannot keep). Never throws.
/// </summary>
public static class StrictJson
{
    public const int MaxDepth = 32;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    private static readonly FieldError LoneSurrogate = new("", "valid Unicode", "lone surrogate");

    /// <summary>
    /// Returns the document (to be disposed), or null and why in <paramref name="errors"/>. <paramref name="root"/> is the path of the whole.
    /// </summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> json, string root, List<FieldError> errors)
    {
        if (!Utf8.IsValid(json.Span))
        {
            errors.Add(new(root, "valid UTF-8", "invalid bytes"));
            return null;
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, Options);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            errors.Add(JsonDiagnosis.Explain(json.Span, root));
            return null;
        }

        if (Check(document.RootElement, json.Span.IndexOf("\\u"u8) >= 0) is not { } fault)
        {
            return document;
        }

        document.Dispose();
        errors.Add(fault with { Path = fault.Path.Length == 0 ? root : FieldError.Join(root, fault.Path) });
        return null;
    }

    /// <summary>Paths are put together on the way back, so that a good frame costs none.</summary>
    private static FieldError? Check(JsonElement element, bool escapes)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    if (escapes && NameFault(property) is { } nameFault)
                    {
                        return nameFault;
                    }

                    if (Check(property.Value, escapes) is { } fault)
                    {
                        return fault with { Path = FieldError.Join(FieldError.Shorten(property.Name), fault.Path) };
                    }
                }

                return null;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in element.EnumerateArray())
                {
                    if (Check(item, escapes) is { } fault)
                    {
                        return fault with { Path = FieldError.Join($"[{index}]", fault.Path) };
                    }

                    index++;
                }

                return null;
            case JsonValueKind.Number:
                return IsFinite(element) ? null : new("", "finite number", FieldError.Shorten(element.GetRawText()));
            case JsonValueKind.String:
                return escapes ? ValueFault(element) : null;
            default:
                return null;
        }
    }

    private static bool IsFinite(JsonElement number)
    {
        // Without an exponent it takes 309 digits to be more than a double can hold.
        var raw = JsonMarshal.GetRawUtf8Value(number);
        return (raw.Length < 300 && raw.IndexOfAny((byte)'e', (byte)'E') < 0) || (number.TryGetDouble(out var value) && double.IsFinite(value));
    }

    private static FieldError? NameFault(JsonProperty property)
    {
        try
        {
            return TextFault(property.Name);
        }
        catch (InvalidOperationException)
        {
            return LoneSurrogate;
        }
    }

    private static FieldError? ValueFault(JsonElement text)
    {
        try
        {
            return TextFault(text.GetString()!);
        }
        catch (InvalidOperationException)
        {
            return LoneSurrogate;
        }
    }

    private static FieldError? TextFault(string text) =>
        text.Contains('\0', StringComparison.Ordinal) ? new("", "no U+0000", "\\u0000") : null;
}
