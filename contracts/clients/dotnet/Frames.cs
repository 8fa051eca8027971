using System.Text.Json;
using System.Text.Json.Serialization;

namespace TradingSystem.Client;

/// <summary>What the server sends. <c>Raw</c> is the frame as it came.</summary>
public abstract record Frame
{
    [JsonIgnore]
    public JsonElement Raw { get; init; }
}

/// <summary>The first frame of every connection.</summary>
public sealed record Ack(
    string ClientId, string? SessionId, int Protocol, IReadOnlyList<string> Targets, JsonElement Config, IReadOnlyDictionary<string, long>? Limits,
    IReadOnlyList<string>? Features, int HeartbeatMs, long? LastSeq) : Frame
{
    public string? Symbol => Config.ValueKind == JsonValueKind.Object && Config.TryGetProperty("symbol", out var symbol) ? symbol.GetString() : null;
}

/// <summary>A frame with a place in the gateway's one log.</summary>
public abstract record Pushed : Frame
{
    public long? Seq { get; init; }

    public long? PrevSeq { get; init; }

    /// <summary>It was missed and is sent now.</summary>
    public bool Replayed { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }
}

/// <summary><c>Payload</c> is a JSON string in protocol 2, an object in protocol 3.</summary>
public sealed record Event(
    string Id, string? SourceId, string? Source, string? Title, JsonElement Payload, int Priority, IReadOnlyList<string>? Targets, IReadOnlyList<string>? Tags,
    JsonElement? Trace, JsonElement? OpenPositions) : Pushed;

/// <summary>
/// <c>Qty</c> in the base asset, money in quote currency. <c>Status</c> is one of the wire's, or recorded where <c>OrderAsync</c> answers for a
/// NO_TRADE.
/// </summary>
public sealed record OrderUpdate(
    string Status, string DecisionId, string? EventId, string? CorrelationId, string? OrderId, string? Symbol, string? Side, decimal Qty, decimal? AvgPrice,
    decimal Fee, decimal RealizedPnl, OrderReason? Reason) : Pushed
{
    /// <summary>The order goes no further; its position may still be stopped or closed later.</summary>
    public bool IsFinal => Status is "recorded" or "rejected" or "filled" or "closed" or "canceled" or "stopped" or "took_profit";
}

public sealed record OrderReason(string Code, string? Limit, string? Value, string? NearestAcceptable, string? Message);

public sealed record ConfigUpdate(string? Reason, JsonElement Config) : Frame;

/// <summary>A closed bar. <c>Replayed</c>: it was missed and is handed now. A later bar with the same <c>OpenTime</c> has better figures.</summary>
public sealed record Candle(string Symbol, string Interval, DateTimeOffset OpenTime, decimal Open, decimal High, decimal Low, decimal Close, decimal Volume, bool Replayed) : Frame;

/// <summary>The newest price; <c>Bid</c>, <c>Ask</c> and <c>MarkPrice</c> are null where the market does not tell them.</summary>
public sealed record Price(
    string Symbol, [property: JsonPropertyName("price")] decimal Last, decimal? Bid, decimal? Ask, decimal? MarkPrice, DateTimeOffset MarketTime, DateTimeOffset ObservedAt) : Frame;

/// <summary>
/// The bars that the client asked for are in its <c>Candles</c> now. <c>Complete</c> is false where the market did not answer in time: the rest
/// follows. <c>Note</c> is why there are none.
/// </summary>
public sealed record CandleHistory(string? Symbol, string? Interval, bool Complete, string? Note) : Frame
{
    [JsonIgnore]
    internal IReadOnlyList<Candle> Candles { get; init; } = [];
}

/// <summary>So many bars between these two open times are missing.</summary>
public sealed record CandleGap(string Symbol, string Interval, DateTimeOffset After, DateTimeOffset Before, int Missing) : Frame;

/// <summary><c>DecisionId</c> is not on the wire: which decision this answers.</summary>
public sealed record Reply(
    bool Ok, string Message, string? Id, bool Duplicate, string? Code, IReadOnlyList<FieldFault>? Detail, bool Retryable, int RetryAfterMs,
    string? RequestId, string? DecisionId) : Frame
{
    /// <summary>What of an accepted decision was not read as it may have been meant; null if nothing.</summary>
    public IReadOnlyList<FieldNote>? Warnings { get; init; }

    /// <summary>Of a decision that was only validated: <c>limits</c>, or <c>frame</c> with a note of what was not checked.</summary>
    public string? Checked { get; init; }

    public string? Note { get; init; }

    public Would? Would { get; init; }
}

/// <summary>
/// What would become of a decision: <c>Action</c> is order, refused or nothing. <c>Margin</c> is null for a closing order, <c>Price</c> and
/// <c>Fee</c> where there is no price yet.
/// </summary>
public sealed record Would(string Action, string? Side, decimal? Qty, decimal? Price, decimal? Margin, decimal? Fee, OrderReason? Reason);

public sealed record FieldFault(string Path, string Rule, string? Got);

public sealed record FieldNote(string Path, string Note);

/// <summary>Frames after <c>After</c> and before <c>FirstSeq</c> are lost for good; what is still held follows.</summary>
public sealed record Gap(long? After, long? FirstSeq, long? LastSeq) : Frame;

public sealed record Disconnected(int? Code, string Reason, TimeSpan RetryIn) : Frame;

/// <summary>How a connection after another one began.</summary>
public sealed record Resumed(bool Recovered, long? FirstSeq, long? LastSeq) : Frame;

/// <summary>Everything else: SERVER_SHUTDOWN, heartbeats, and what this version does not know.</summary>
public sealed record Other(string? Type, string? Kind, string? Code) : Frame;

/// <summary>Reads frames of either dialect.</summary>
public static class FrameReader
{
    public static Frame Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var raw = document.RootElement.Clone();
        return Typed(raw, Text(raw, "type") ?? Text(raw, "kind")) with { Raw = raw };
    }

    private static Frame Typed(JsonElement raw, string? kind) => kind switch
    {
        _ when Text(raw, "message") == "connected" => raw.Deserialize(FrameJson.Default.Ack)!,
        _ when raw.TryGetProperty("ok", out _) => raw.Deserialize(FrameJson.Default.Reply)!,
        "pong" => new Reply(true, "pong", null, false, null, null, false, 0, Text(raw, "request_id"), null),
        "event" => Named(raw.Deserialize(FrameJson.Default.Event)!),
        "order_update" => raw.Deserialize(FrameJson.Default.OrderUpdate)!,
        "config_update" => raw.Deserialize(FrameJson.Default.ConfigUpdate)!,
        "resumed" => raw.Deserialize(FrameJson.Default.Resumed)!,
        "candle" => Body(raw).Deserialize(FrameJson.Default.Candle)!,
        "price" => Body(raw).Deserialize(FrameJson.Default.Price)!,
        "candles_end" => Ended(Body(raw)),
        _ => raw.Deserialize(FrameJson.Default.Other)!,
    };

    /// <summary>Protocol 3 has the fields under <c>payload</c>.</summary>
    private static JsonElement Body(JsonElement raw) => raw.TryGetProperty("payload", out var body) ? body : raw;

    private static CandleHistory Ended(JsonElement body) => body.Deserialize(FrameJson.Default.CandleHistory)! with
    {
        // Left out, it is all there is.
        Complete = !body.TryGetProperty("complete", out var complete) || complete.ValueKind != JsonValueKind.False,
    };

    private static Event Named(Event e) => e with { SourceId = e.SourceId ?? e.Source, Title = e.Title ?? Text(e.Payload, "signal_type") };

    private static string? Text(JsonElement raw, string name) =>
        raw.ValueKind == JsonValueKind.Object && raw.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Ack))]
[JsonSerializable(typeof(Event))]
[JsonSerializable(typeof(OrderUpdate))]
[JsonSerializable(typeof(ConfigUpdate))]
[JsonSerializable(typeof(Reply))]
[JsonSerializable(typeof(Candle))]
[JsonSerializable(typeof(Price))]
[JsonSerializable(typeof(CandleHistory))]
[JsonSerializable(typeof(Resumed))]
[JsonSerializable(typeof(Other))]
internal sealed partial class FrameJson : JsonSerializerContext;
