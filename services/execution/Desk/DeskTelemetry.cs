using System.Diagnostics.Metrics;
using TradingSystem.Execution.Orders;
using TradingSystem.Hosting;

namespace TradingSystem.Execution.Desk;

internal static class DeskTelemetry
{
    private static readonly Meter Meter = new($"{Telemetry.Prefix}.Execution");
    private static readonly Counter<long> States = Meter.CreateCounter<long>("execution.desk.orders");
    private static readonly Counter<long> HeldOrders = Meter.CreateCounter<long>("execution.desk.held");
    private static readonly Counter<long> Differences = Meter.CreateCounter<long>("execution.desk.differences");
    private static readonly Counter<double> Naked = Meter.CreateCounter<double>("execution.desk.naked", "s");

    public static void Changed(DeskOrder order)
    {
        States.Add(1, new("state", order.State), new("leg", order.Leg), new("reason", order.ReasonCode));
        if (order.State == DeskStates.Held)
        {
            HeldOrders.Add(1);
        }
    }

    public static void Differs(string kind) => Differences.Add(1, new KeyValuePair<string, object?>("kind", kind));

    public static void Unprotected(double seconds) => Naked.Add(seconds);
}
