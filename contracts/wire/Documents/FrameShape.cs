using System.Text;
using System.Text.Json.Nodes;

namespace TradingSystem.Contracts.Wire.Documents;

/// <summary>One kind of frame: what the schemas, the AsyncAPI document and PROTOCOL.md say of it. Examples are whole frames.</summary>
internal sealed record FrameShape(
    string Name,
    string Title,
    bool FromClient,
    Dialect Dialect,
    string Summary,
    IReadOnlyList<Field> Fields,
    IReadOnlyList<byte[]> Examples)
{
    /// <summary>Null where the frame is an object with those fields and any others.</summary>
    public Value? Whole { get; init; }

    public JsonObject Schema => (JsonObject)(Whole ?? Value.Object(Fields)).Schema.DeepClone();

    public IEnumerable<string> ExampleTexts => Examples.Select(Encoding.UTF8.GetString);
}

/// <summary>Every frame that travels on <c>/ws/events</c>.</summary>
internal static class FrameCatalog
{
    public static readonly IReadOnlyList<FrameShape> All =
    [
        .. ClientFrames.Type(),
        .. SteeringFrames.Type(),
        .. KindClientFrames.All(),
        .. SteeringFrames.Kind(),
        .. ServerReplies.Of(Dialect.Type),
        .. ServerPushes.Of(Dialect.Type),
        .. MarketPushes.Of(Dialect.Type),
        .. ServerReplies.Of(Dialect.Kind),
        .. ServerPushes.Of(Dialect.Kind),
        .. MarketPushes.Of(Dialect.Kind),
    ];

    public static IEnumerable<FrameShape> Of(Dialect dialect, bool fromClient) => All.Where(s => s.Dialect == dialect && s.FromClient == fromClient);
}
