using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace TradingSystem.Venues.Http;

/// <summary>Parameters of a request in the order in which they are sent; what is null is left out.</summary>
public sealed class VenueFields
{
    private readonly List<(string Name, object Value)> _fields = [];

    public bool IsEmpty => _fields.Count == 0;

    public VenueFields Add(string name, string? value) => AddValue(name, value);

    public VenueFields Add(string name, decimal? value) => AddValue(name, value is { } v ? Grid.Text(v) : null);

    /// <summary>Milliseconds since 1970.</summary>
    public VenueFields Add(string name, DateTimeOffset? value) => AddValue(name, value?.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));

    /// <summary>A JSON number; in a query or form its digits.</summary>
    public VenueFields AddNumber(string name, long value) => AddValue(name, value);

    /// <summary>Only when it is set: exchanges take a missing flag for false.</summary>
    public VenueFields AddIf(string name, bool value) => value ? AddValue(name, true) : this;

    public VenueFields AddList(string name, IReadOnlyList<VenueFields>? items) => AddValue(name, items);

    public bool Has(string name, bool value) => _fields.Any(f => f.Name == name && f.Value is bool b && b == value);

    public string? Text(string name) => _fields.FirstOrDefault(f => f.Name == name).Value as string;

    /// <summary>Percent-encoded <c>a=b&amp;c=d</c>.</summary>
    public string ToQuery()
    {
        var text = new StringBuilder();
        foreach (var (name, value) in _fields)
        {
            text.Append(text.Length == 0 ? "" : "&").Append(name).Append('=').Append(Uri.EscapeDataString(Plain(value)));
        }

        return text.ToString();
    }

    public byte[] ToJson() => Write(WriteTo);

    public static byte[] ToJson(IReadOnlyList<VenueFields> items) => Write(writer => WriteList(writer, items));

    private static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            write(writer);
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteList(Utf8JsonWriter writer, IReadOnlyList<VenueFields> items)
    {
        writer.WriteStartArray();
        foreach (var item in items)
        {
            item.WriteTo(writer);
        }

        writer.WriteEndArray();
    }

    private static string Plain(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        long number => number.ToString(CultureInfo.InvariantCulture),
        string text => text,
        _ => throw new InvalidOperationException("A list has no place in a query."),
    };

    private VenueFields AddValue(string name, object? value)
    {
        if (value is not null)
        {
            _fields.Add((name, value));
        }

        return this;
    }

    private void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        foreach (var (name, value) in _fields)
        {
            writer.WritePropertyName(name);
            switch (value)
            {
                case bool flag:
                    writer.WriteBooleanValue(flag);
                    break;
                case long number:
                    writer.WriteNumberValue(number);
                    break;
                case IReadOnlyList<VenueFields> items:
                    WriteList(writer, items);
                    break;
                default:
                    writer.WriteStringValue((string)value);
                    break;
            }
        }

        writer.WriteEndObject();
    }
}
