using TradingSystem.Gateway.Settings;
using TradingSystem.Hosting;

namespace TradingSystem.Gateway.Connections;

/// <summary>One clock for all sockets of the node: signs of life, deadlines, heartbeats.</summary>
public sealed class SessionWatch(SessionRegistry sessions, AddressGate gate, GatewayOptions options, TimeProvider time, ILogger<SessionWatch> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>A round that comes so late shows that the process stood still.</summary>
    private static readonly TimeSpan StoodStill = 2 * Period;

    private long _heartbeatAt = time.GetTimestamp();
    private long _lookedAt = time.GetTimestamp();

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

        var stoodStill = time.GetElapsedTime(_lookedAt) > StoodStill;
        _lookedAt = time.GetTimestamp();
        foreach (var session in sessions.All)
        {
            if (stoodStill)
            {
                session.Awoke();
            }

            session.Check();
            if (heartbeat)
            {
                session.SendHeartbeat();
            }
        }
    }
}
