using Npgsql;
using TradingSystem.Contracts.Wire;
using TradingSystem.Gateway.Connections;

namespace TradingSystem.Gateway.Leases;

/// <summary>
/// Says twice a second that this node lives, so that its tokens stay its own. After a time out of touch (database away, process stopped)
/// it looks which tokens others have taken and closes those sessions; their decisions are refused by epoch in any case.
/// </summary>
public sealed class NodeHeartbeat(NpgsqlDataSource database, LeaseStore leases, SessionRegistry sessions, Node node, TimeProvider time) : BackgroundService
{
    private const int CommandTimeoutSeconds = 2;

    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan OutOfTouch = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SettlePeriod = TimeSpan.FromSeconds(30);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            // Nobody has to wait for a node that said goodbye.
            await using var command = database.CreateCommand("delete from gateway.nodes where id = $1");
            command.Parameters.AddWithValue(node.Id);
            command.CommandTimeout = CommandTimeoutSeconds;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or OperationCanceledException or InvalidOperationException)
        {
            // It is given up by its silence.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var last = time.GetTimestamp();
        var settled = last;
        using var timer = new PeriodicTimer(Period, time);
        do
        {
            try
            {
                await BeatAsync(stoppingToken);
                var wasAway = time.GetElapsedTime(last) > OutOfTouch;
                last = time.GetTimestamp();
                if (wasAway || time.GetElapsedTime(settled) > SettlePeriod)
                {
                    await SettleAsync();
                    settled = last;
                }
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or InvalidOperationException)
            {
                // Live sessions go on while the database is away; /readyz tells of it.
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task BeatAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            with gone as (delete from gateway.nodes where seen_at < now() - interval '1 day'),
                 old as (delete from gateway.tickets where expires_at < now() - interval '1 minute')
            insert into gateway.nodes (id, seen_at) values ($1, clock_timestamp()) on conflict (id) do update set seen_at = clock_timestamp()
            """);
        command.Parameters.AddWithValue(node.Id);
        command.CommandTimeout = CommandTimeoutSeconds;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task SettleAsync()
    {
        // A session that ends meanwhile has given its token back itself and is only closed once more.
        var entered = sessions.All.Select(s => s.Id).ToArray();
        foreach (var id in await leases.SettleAsync(entered, () => sessions.Present) ?? [])
        {
            sessions.Find(id)?.Close(CloseCodes.LeaseLost);
        }
    }
}
