namespace TradingSystem.Gateway.Connections;

/// <summary>One clock for all sockets of the node: signs of life, deadlines, heartbeats.</summary>
public sealed class SessionWatch(SessionRegistry sessions, AddressGate gate, GatewayOptions options, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var heartbeatAt = time.GetTimestamp();
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var heartbeat = time.GetElapsedTime(heartbeatAt) >= options.PingAfter;
            if (heartbeat)
            {
                heartbeatAt = time.GetTimestamp();
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
}
