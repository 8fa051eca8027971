using System.Text.Json;
using System.Text.Json.Serialization;

namespace TradingSystem.Trigger.Feeds;

/// <summary>A simulated market between two steps: from the same state the same prices follow, on every machine.</summary>
public sealed record SimulatedState(IReadOnlyList<ulong> Common, int Regime, IReadOnlyDictionary<string, InstrumentState> Instruments)
{
    public string Write() => JsonSerializer.Serialize(this, FeedJson.Default.SimulatedState);

    /// <exception cref="JsonException">The text is not a state.</exception>
    public static SimulatedState Read(string text) => JsonSerializer.Deserialize(text, FeedJson.Default.SimulatedState) ?? throw new JsonException("null is no state");

    /// <summary>The same moment as another node knows it, which may have other symbols.</summary>
    public SimulatedState With(SimulatedState other) =>
        this with { Instruments = Instruments.Concat(other.Instruments.Where(i => !Instruments.ContainsKey(i.Key))).ToDictionary() };
}

/// <summary><c>Variance</c> is that of one step's relative change, <c>Price</c> in quote currency before it is rounded to the tick.</summary>
public sealed record InstrumentState(IReadOnlyList<ulong> Random, double Variance, double Price);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SimulatedState))]
internal sealed partial class FeedJson : JsonSerializerContext;
