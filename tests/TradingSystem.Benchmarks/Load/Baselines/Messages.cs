using System.Text.Json;
using System.Text.Json.Serialization;

namespace TradingSystem.Benchmarks.Load.Baselines;

/// <summary>What a client sends, as far as a simple gateway looks at it.</summary>
internal sealed record ClientFrame(
    string Type,
    string? EventType,
    int Priority,
    IReadOnlyList<string>? Targets,
    string? Title,
    string? Payload,
    IReadOnlyList<string>? Tags);

internal sealed record DecisionPayload(string Symbol, DecisionSignal Signal);

internal sealed record DecisionSignal(string Action, decimal Qty, decimal MarginUsd);

/// <summary>An accepted frame on its way to the groups.</summary>
internal sealed record Signal(
    string Type,
    string EventType,
    Guid Id,
    string SourceId,
    int Priority,
    IReadOnlyList<string> Targets,
    string Title,
    string Payload,
    IReadOnlyList<string> Tags,
    DateTimeOffset CreatedAt)
{
    public static Signal Of(ClientFrame frame, string source, DateTimeOffset now) => new(
        "event", "immediate", Guid.CreateVersion7(now), source, frame.Priority, frame.Targets ?? [], frame.Title ?? "", frame.Payload ?? "", frame.Tags ?? [], now);
}

/// <summary>An accepted decision on its way to its order.</summary>
internal sealed record Decision(Guid Id, string Group, string Symbol, string Action, decimal Qty, decimal MarginUsd, string Payload, DateTimeOffset CreatedAt);

internal sealed record OrderUpdate(
    string Type,
    string Status,
    Guid DecisionId,
    Guid OrderId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string Group,
    string Symbol,
    string Side,
    decimal Qty,
    decimal AvgPrice,
    decimal Fee,
    decimal RealizedPnl,
    DateTimeOffset CreatedAt);

internal sealed record Accepted(bool Ok, string Message, Guid Id, int DispatchedClients);

internal sealed record Connected(bool Ok, string Message, string ClientId, IReadOnlyList<string> Targets, string Type);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ClientFrame))]
[JsonSerializable(typeof(DecisionPayload))]
[JsonSerializable(typeof(Signal))]
[JsonSerializable(typeof(Decision))]
[JsonSerializable(typeof(OrderUpdate))]
[JsonSerializable(typeof(Accepted))]
[JsonSerializable(typeof(Connected))]
internal sealed partial class Json : JsonSerializerContext
{
    public static byte[] Bytes<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, typeof(T), Default);

    public static T Read<T>(ReadOnlySpan<byte> json) => (T)JsonSerializer.Deserialize(json, typeof(T), Default)!;
}
