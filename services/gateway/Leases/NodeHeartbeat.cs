using Npgsql;
using TradingSystem.Contracts.Wire;
using TradingSystem.Gateway.Connections;
using TradingSystem.Hosting;

namespace TradingSystem.Gateway.Leases;

/// <summary>
/// Says twice a second that this node lives, so that its tokens stay its own. After a time out of touch (database away, process stopped)
/// it looks which tokens others have taken and closes those sessions; their decisions are refused by epoch in any case.
/// </summary>
public sealed class NodeHeartbeat(
    NpgsqlDataSource database, LeaseStore leases, SessionRegistry sessions, Node node, TimeProvider time, ILogger<NodeHeartbeat> log) : BackgroundService
{
    private const int CommandTimeoutSeconds = 2;

    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan OutOfTouch = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SettlePeriod = TimeSpan.FromSeconds(30);

    /// <summary>Another node's claim that saw this one silent may take effect that much later: the database gives it no longer.</summary>
    private static readonly TimeSpan Uneasy = TimeSpan.FromSeconds(5);

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

    /// <summary>Live sessions go on while the database is away; /readyz tells of it.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // When the last beat that arrived was sent: what the others see is not older than that.
        long? sentBefore = null;
        var away = time.GetTimestamp();
        var settled = away;
        return Rounds.EveryAsync(
            Period,
            time,
            log,
            async token =>
            {
                var sent = time.GetTimestamp();
                await BeatAsync(token);
                if (sentBefore is not { } before || time.GetElapsedTime(before) > OutOfTouch)
                {
                    away = time.GetTimestamp();
                }

                sentBefore = sent;
                if (time.GetElapsedTime(away) < Uneasy || time.GetElapsedTime(settled) > SettlePeriod)
                {
                    settled = await SettleAsync() ? sent : settled;
                }
            },
            stoppingToken);
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

    /// <summary>False when the database could not say.</summary>
    private async Task<bool> SettleAsync()
    {
        // A session that ends meanwhile has given its token back itself and is only closed once more.
        var entered = sessions.All.Select(s => (s.Id, s.Identity.Epoch)).ToList();
        if (await leases.SettleAsync(entered, () => sessions.Present) is not { } all)
        {
            return false;
        }

        foreach (var lost in all)
        {
            sessions.Find(lost.SessionId)?.Close(lost.IsFenced ? CloseCodes.TokenFenced : CloseCodes.LeaseLost);
        }

        return true;
    }
}
