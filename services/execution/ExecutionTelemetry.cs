using System.Diagnostics;
using System.Diagnostics.Metrics;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Orders;
using TradingSystem.Hosting;

namespace TradingSystem.Execution;

public static class ExecutionTelemetry
{
    public static readonly ActivitySource Source = new($"{Telemetry.Prefix}.Execution");

    private static readonly Meter Meter = new($"{Telemetry.Prefix}.Execution");
    private static readonly Counter<long> Orders = Meter.CreateCounter<long>("execution.orders");
    private static readonly Histogram<double> DecisionToFill = Meter.CreateHistogram<double>("execution.decision_to_fill", "s");

    public static void Decided(Order order, TradeDecision decision, DateTimeOffset committedAt)
    {
        Orders.Add(1, new("status", order.Status), new("reason", order.ReasonCode));
        if (order.AvgPrice is not null)
        {
            DecisionToFill.Record(Math.Max(0, (committedAt - decision.CreatedAt).TotalSeconds));
        }
    }
}
