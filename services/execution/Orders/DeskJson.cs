using System.Text.Json;
using System.Text.Json.Serialization;
using TradingSystem.Contracts.Bus;

namespace TradingSystem.Execution.Orders;

/// <summary>What the desk keeps as text.</summary>
[JsonSerializable(typeof(TradeDecision))]
[JsonSerializable(typeof(OrderUpdate))]
internal sealed partial class DeskJson : JsonSerializerContext
{
    /// <summary>What an order is made of; the sender's prose is not.</summary>
    public static string Write(TradeDecision decision) =>
        JsonSerializer.Serialize(decision with { Payload = "{}", Targets = [], Tags = [], Condition = null, Reasoning = null, Title = "" }, Default.TradeDecision);

    public static TradeDecision ReadDecision(string json) => JsonSerializer.Deserialize(json, Default.TradeDecision)!;

    public static string Write(OrderUpdate update) => JsonSerializer.Serialize(update, Default.OrderUpdate);

    public static OrderUpdate ReadUpdate(string json) => JsonSerializer.Deserialize(json, Default.OrderUpdate)!;
}
