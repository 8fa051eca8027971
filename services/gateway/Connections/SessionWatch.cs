using TradingSystem.Hosting;

namespace TradingSystem.Gateway.Connections;

/// <summary>One clock for all sockets of the node: signs of life, deadlines, heartbeats.</summary>
public sealed class SessionWatch(SessionRegistry sessions, AddressGate gate, GatewayOptions options, TimeProvider time, ILogger<SessionWatch> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private long _heartbeatAt = time.GetTimestamp();

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Rounds.EveryAsync(
        Period,
        time,
        log,
        _ =>
        {
            Look();
            return Task.CompletedTask;
        },
        stoppingToken);

    private void Look()
    {
        var heartbeat = time.GetElapsedTime(_heartbeatAt) >= options.PingAfter;
        if (heartbeat)
        {
            _heartbeatAt = time.GetTimestamp();
            gate.Trim();
        }

        foreach (var session in sessions.All)
        {
            session.Check();
            if (heartbeat)
            {
                session.SendHeartbeat();
            }
        }
    }
}
