using System.Diagnostics;
using System.Diagnostics.Metrics;
using TradingSystem.Hosting;

namespace TradingSystem.Gateway.Settings;

/// <summary>Meter and activity source <c>TradingSystem.Gateway</c>.</summary>
public static class GatewayMetrics
{
    public const string Name = $"{Telemetry.Prefix}.Gateway";

    public static readonly ActivitySource Activities = new(Name);

    private static readonly Meter Meter = new(Name);
    private static readonly UpDownCounter<long> Sessions = Meter.CreateUpDownCounter<long>("gateway.sessions");
    private static readonly Counter<long> Frames = Meter.CreateCounter<long>("gateway.frames.received");
    private static readonly Counter<long> Accepted = Meter.CreateCounter<long>("gateway.events.accepted");
    private static readonly Counter<long> Refused = Meter.CreateCounter<long>("gateway.frames.refused");
    private static readonly Counter<long> SlowConsumers = Meter.CreateCounter<long>("gateway.slow_consumers");
    private static readonly Counter<long> ConnectionsRefused = Meter.CreateCounter<long>("gateway.connections.refused");

    public static void SessionOpened(string role) => Sessions.Add(1, new KeyValuePair<string, object?>("role", role));

    public static void SessionClosed(string role) => Sessions.Add(-1, new KeyValuePair<string, object?>("role", role));

    public static void FrameReceived() => Frames.Add(1);

    public static void EventAccepted(string kind) => Accepted.Add(1, new KeyValuePair<string, object?>("kind", kind));

    public static void FrameRefused(string reason) => Refused.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public static void SlowConsumer() => SlowConsumers.Add(1);

    public static void ConnectionRefused(string reason) => ConnectionsRefused.Add(1, new KeyValuePair<string, object?>("reason", reason));
}
