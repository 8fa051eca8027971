using System.Text.Json;

namespace TradingSystem.Trigger.Hooks;

/// <summary>
/// Looks through a body that need not be JSON to its end: who leaves <c>{{close}}</c> unfilled sends what is none behind it, and must be told so all the same.
/// </summary>
internal static class HookScan
{
    private const int Deepest = 64;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = Deepest };

    /// <summary>The bytes of a text of the body's own object, as they stand there; empty where there is none, or it is written with escapes.</summary>
    public static ReadOnlySpan<byte> TextOf(ReadOnlySpan<byte> json, string field)
    {
        var reader = new Utf8JsonReader(json, Options);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals(field))
                {
                    return reader.Read() && reader is { TokenType: JsonTokenType.String, ValueIsEscaped: false } ? reader.ValueSpan : default;
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // What stands before it was looked at.
        }

        return default;
    }

    /// <summary>The field at which it stops to be JSON; empty for the whole.</summary>
    public static string BrokenAt(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, Options);
        var names = new Stack<string>();
        try
        {
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        names.Push("");
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        names.Pop();
                        break;
                    case JsonTokenType.PropertyName:
                        names.Pop();
                        names.Push(reader.GetString()!);
                        break;
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // There it is.
        }

        return string.Join('.', names.Reverse().Where(n => n.Length > 0));
    }
}
