using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Trigger.Hooks;

/// <summary>
/// A body's fields as one JSON object, whatever it was written as and whatever its content type says. JSON begins with a brace. Pairs are <c>name=value</c>, one
/// a line, or in a single line with <c>;</c> or else <c>,</c> in between; a value that is to be a number becomes one. Everything else is plain text, whose
/// fields are <c>text</c> and <c>line1</c> to <c>line20</c>.
/// </summary>
internal static partial class HookBody
{
    private const int MostLines = 20;
    private const int MostPairs = 200;

    /// <summary>To be disposed; null where a rule was broken, which is then in <paramref name="faults"/>.</summary>
    public static JsonDocument? Read(ReadOnlyMemory<byte> bytes, HookDocument hook, List<FieldError> faults)
    {
        if (!Utf8.IsValid(bytes.Span))
        {
            faults.Add(new("$", "valid UTF-8", "invalid bytes"));
            return null;
        }

        var body = bytes[(bytes.Length - WithoutMark(bytes.Span).Length)..];
        var format = hook.Format ?? HookWords.Auto;
        if (format == HookWords.Json || (format == HookWords.Auto && LooksLikeJson(body.Span)))
        {
            return Json(body, faults);
        }

        var text = Encoding.UTF8.GetString(body.Span).Trim();
        if (text.Length == 0)
        {
            faults.Add(new("$", "a body", "nothing"));
            return null;
        }

        return format == HookWords.Text ? Lines(text, faults) : PairsOrText(text, hook, isPinned: format == HookWords.Pairs, faults);
    }

    public static bool LooksLikeJson(ReadOnlySpan<byte> body) => WithoutMark(body).TrimStart(" \t\r\n"u8).StartsWith("{"u8);

    /// <summary>Some write a byte order mark first.</summary>
    public static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> body) => body.StartsWith("\uFEFF"u8) ? body["\uFEFF"u8.Length..] : body;

    /// <summary>The bytes of one pair's value; empty where there is none.</summary>
    public static ReadOnlySpan<byte> PairOf(ReadOnlySpan<byte> body, string name)
    {
        body = WithoutMark(body).Trim(" \t\r\n"u8);
        var wanted = Encoding.UTF8.GetBytes(name);
        var between = Between(body);
        while (!body.IsEmpty)
        {
            var end = body.IndexOf(between);
            var entry = end < 0 ? body : body[..end];
            body = end < 0 ? default : body[(end + 1)..];
            var equals = entry.IndexOf((byte)'=');
            if (equals > 0 && entry[..equals].Trim(" \t\r"u8).SequenceEqual(wanted))
            {
                return entry[(equals + 1)..].Trim(" \t\r"u8);
            }
        }

        return default;
    }

    private static JsonDocument? Json(ReadOnlyMemory<byte> body, List<FieldError> faults)
    {
        var own = new List<FieldError>();
        if (StrictJson.Parse(body, "$", own) is { } document)
        {
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            own.Add(new("$", "JSON object", FieldError.Shorten(body.Span)));
        }
        else if (own is [{ Path: "$", Rule: "valid JSON" } broken])
        {
            // What was not filled in is no JSON where a number should stand.
            var path = HookScan.BrokenAt(body.Span) is { Length: > 0 } at ? FieldError.Shorten(at) : broken.Path;
            own = [Unfilled.In(Encoding.UTF8.GetString(body.Span)) is { } unfilled ? new(path, Unfilled.Rule, FieldError.Shorten(unfilled)) : broken with { Path = path }];
        }

        faults.AddRange(own);
        return null;
    }

    private static JsonDocument? PairsOrText(string text, HookDocument hook, bool isPinned, List<FieldError> faults)
    {
        var between = (char)Between(Encoding.UTF8.GetBytes(text));
        var entries = text.Split(between, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var wrong = Array.Find(entries, e => !Pair().IsMatch(e));
        if (wrong is null && entries.Length <= MostPairs)
        {
            return Object(entries.Select(e => e.Split('=', 2)).Select(p => (p[0].Trim(), p[1].Trim())), hook.Numbers ?? [], faults);
        }

        if (!isPinned)
        {
            return Lines(text, faults);
        }

        faults.Add(wrong is null
            ? new("$", $"at most {MostPairs} pairs", string.Create(CultureInfo.InvariantCulture, $"{entries.Length} pairs"))
            : new("$", "name=value", FieldError.Shorten(wrong)));
        return null;
    }

    private static JsonDocument? Lines(string text, List<FieldError> faults)
    {
        var lines = text.Split('\n').Take(MostLines).Select((l, i) => (string.Create(CultureInfo.InvariantCulture, $"line{i + 1}"), l.Trim()));
        return Object(lines.Prepend(("text", text)), [], faults);
    }

    private static JsonDocument? Object(IEnumerable<(string Name, string Value)> fields, IReadOnlyList<string> numbers, List<FieldError> faults)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            foreach (var (name, value) in fields)
            {
                json.WritePropertyName(name);
                if (numbers.Contains(name) && Number().IsMatch(value))
                {
                    json.WriteRawValue(value);
                }
                else
                {
                    json.WriteStringValue(value);
                }
            }

            json.WriteEndObject();
        }

        return StrictJson.Parse(bytes.ToArray(), "$", faults);
    }

    private static byte Between(ReadOnlySpan<byte> body) => body.Contains((byte)'\n') ? (byte)'\n' : body.Contains((byte)';') ? (byte)';' : (byte)',';

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_.\-]{0,59}\s*=")]
    private static partial Regex Pair();

    /// <summary>As JSON writes numbers.</summary>
    [GeneratedRegex(@"^-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,40})?([eE][+\-]?[0-9]{1,3})?\z")]
    private static partial Regex Number();
}
