using TradingSystem.Execution.Orders;

namespace TradingSystem.Execution.Legs;

/// <summary>The decision whose position a leg protects, as its sender knows it.</summary>
public sealed record LegOrigin(Guid DecisionId, string? ClientDecisionId, Guid? TriggerEventId, string? CorrelationId)
{
    public static LegOrigin Of(ProtectionLeg leg) => new(leg.Protects, leg.ClientDecisionId, leg.TriggerEventId, leg.CorrelationId);

    public static LegOrigin Of(Order order) => new(order.DecisionId, order.ClientDecisionId, order.TriggerEventId, order.CorrelationId);
}
