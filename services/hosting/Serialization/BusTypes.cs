using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using MassTransit;

namespace TradingSystem.Hosting.Serialization;

/// <summary>A message type with its name on the bus and how it is written.</summary>
public sealed record BusType(Type Type, string Urn, JsonTypeInfo Json);

/// <summary>The messages whose JSON metadata was made at compile time, by type and by name.</summary>
public sealed class BusTypes
{
    private readonly Dictionary<Type, BusType> _byType;
    private readonly Dictionary<string, BusType> _byUrn;

    /// <param name="messages">Each with the messages that are declared beside it.</param>
    public BusTypes(IEnumerable<JsonSerializerContext> messages)
    {
        _byType = messages.Distinct()
            .SelectMany(m => m.GetType().Assembly.GetExportedTypes()
                .Where(t => t.IsClass && t.Namespace == m.GetType().Namespace)
                .Select(m.GetTypeInfo)
                .OfType<JsonTypeInfo>())
            .ToDictionary(json => json.Type, json => new BusType(json.Type, MessageUrn.ForTypeString(json.Type), json));
        _byUrn = _byType.Values.ToDictionary(t => t.Urn);
    }

    public bool TryGet(Type type, [NotNullWhen(true)] out BusType? found) => _byType.TryGetValue(type, out found);

    public bool TryGet(string urn, [NotNullWhen(true)] out BusType? found) => _byUrn.TryGetValue(urn, out found);

    /// <summary>A message as text, for whoever keeps it in a table.</summary>
    public string Write(object message, Type type) =>
        TryGet(type, out var known) ? JsonSerializer.Serialize(message, known.Json) : JsonSerializer.Serialize(message, type);

    /// <summary>The message of a text that <see cref="Write"/> wrote, now or in an earlier version.</summary>
    public object? Read(string body, Type type) =>
        TryGet(type, out var known) ? JsonSerializer.Deserialize(body, known.Json) : JsonSerializer.Deserialize(body, type);
}
