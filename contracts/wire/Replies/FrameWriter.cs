using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TradingSystem.Contracts.Wire.Replies;

/// <summary>Writes one frame to a fresh array.</summary>
internal static class FrameWriter
{
    /// <summary>A larger buffer is not kept: one big frame should not hold memory on every thread.</summary>
    private const int MaxKept = 256 * 1024;

    // Frames are not HTML: readable text is shorter.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Json)? reusable;

    /// <summary>A frame, or with <paramref name="open"/> one without its closing brace, to which a tail is added per receiver.</summary>
    public static byte[] Write<TState>(TState state, Action<Utf8JsonWriter, TState> body, bool open = false)
    {
        // Taken away while in use: a writer must not be shared with whatever the body calls.
        var (buffer, json) = reusable ?? New();
        reusable = null;
        json.WriteStartObject();
        body(json, state);
        if (!open)
        {
            json.WriteEndObject();
        }

        json.Flush();
        var frame = buffer.WrittenSpan.ToArray();
        if (buffer.Capacity <= MaxKept)
        {
            buffer.ResetWrittenCount();
            json.Reset(buffer);
            reusable = (buffer, json);
        }

        return frame;
    }

    /// <summary>What kind of frame it is, in the word of its dialect.</summary>
    public static void WriteType(this Utf8JsonWriter json, Dialect dialect, string type) =>
        json.WriteString(dialect == Dialect.Kind ? "kind"u8 : "type"u8, type);

    public static void WriteTexts(this Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        for (var i = 0; i < texts.Count; i++)
        {
            json.WriteStringValue(texts[i]);
        }

        json.WriteEndArray();
    }

    /// <summary>10.000000000000000000, as the database gives it, becomes 10.</summary>
    public static void WriteMoney(this Utf8JsonWriter json, string name, decimal? value)
    {
        if (value is { } amount)
        {
            json.WriteNumber(name, amount / 1.0000000000000000000000000000m);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Json) New()
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        return (buffer, new Utf8JsonWriter(buffer, Options));
    }
}
