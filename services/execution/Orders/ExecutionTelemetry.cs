using System.Diagnostics;
using System.Diagnostics.Metrics;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting;

namespace TradingSystem.Execution.Orders;

public static class ExecutionTelemetry
{
    public static readonly ActivitySource Source = new($"{Telemetry.Prefix}.Execution");

    private static readonly Meter Meter = new($"{Telemetry.Prefix}.Execution");
    private static readonly Counter<long> Orders = Meter.CreateCounter<long>("execution.orders");
    private static readonly Counter<double> NakedSeconds = Meter.CreateCounter<double>("execution.naked_exposure", "s");
    private static readonly Counter<long> NakedActions = Meter.CreateCounter<long>("execution.naked_actions");
    private static readonly Histogram<double> DecisionToFill = Meter.CreateHistogram<double>("execution.decision_to_fill", "s");

    /// <summary>Null unless somebody listens.</summary>
    public static Activity? Start(TradeDecision decision)
    {
        var activity = Source.HasListeners() ? Source.StartActivity("execute decision", ActivityKind.Consumer, decision.TraceParent) : null;
        activity?.SetTag("decision.id", decision.Id);
        return activity;
    }

    /// <summary>What an order carries on: nothing where nobody records, it would only be written and sent along.</summary>
    public static string? TraceParent(Activity? activity, TradeDecision decision) =>
        activity is not null ? activity.Recorded ? activity.Id : null
        : decision.TraceParent is { Length: > 0 } parent && IsSampled(parent) ? parent : null;

    public static void Decided(Order order, TradeDecision decision, DateTimeOffset committedAt)
    {
        Orders.Add(1, new("status", order.Status), new("reason", order.ReasonCode));
        if (order.AvgPrice is not null)
        {
            DecisionToFill.Record(Math.Max(0, (committedAt - decision.CreatedAt).TotalSeconds));
        }
    }

    /// <summary>A position stood without a leg that was asked for.</summary>
    public static void Naked(string kind, double seconds) => NakedSeconds.Add(seconds, new KeyValuePair<string, object?>("leg", kind));

    /// <param name="action">restore or flatten.</param>
    public static void ActedOnNaked(string action, int count) => NakedActions.Add(count, new KeyValuePair<string, object?>("action", action));

    /// <summary>The lowest bit of the flags, which end a W3C traceparent.</summary>
    private static bool IsSampled(string traceParent) => traceParent[^1] is '1' or '3' or '5' or '7' or '9' or 'b' or 'd' or 'f';
}
