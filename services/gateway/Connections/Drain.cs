namespace TradingSystem.Gateway.Connections;

/// <summary>When the host begins to stop, every socket is answered what it is owed and sent away with 1012; Kestrel waits for them.</summary>
public sealed class Drain(SessionRegistry sessions, IHostApplicationLifetime lifetime) : IHostedService
{
    // Spread, so that ten thousand bots do not come back in one moment.
    private const int MinReconnectMs = 500;
    private const int MaxReconnectMs = 3000;

    private CancellationTokenRegistration _registration;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _registration = lifetime.ApplicationStopping.Register(Begin);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken) => await _registration.DisposeAsync();

    private void Begin()
    {
        foreach (var session in sessions.BeginDrain())
        {
            session.Drain(Random.Shared.Next(MinReconnectMs, MaxReconnectMs));
        }
    }
}
