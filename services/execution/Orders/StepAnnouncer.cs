using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting;

namespace TradingSystem.Execution.Orders;

/// <summary>
/// Announces the saved updates of orders at venues, in their order, by one node at a time. One that was announced when its mark was lost
/// is announced again with the same id.
/// </summary>
public sealed class StepAnnouncer(
    [FromKeyedServices(Database.Sessions)] NpgsqlDataSource sessions, IDbContextFactory<ExecutionDb> databases, IDurablePublisher publisher, BusReadiness bus, TimeProvider time, ILogger<StepAnnouncer> log) : BackgroundService
{
    private const long LockKey = 0x54535F5354455053;
    private const int MostAtOnce = 512;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Something was saved; never blocks.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await bus.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await sessions.OpenConnectionAsync(stoppingToken);
                await WorkAsync(connection, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                StepAnnouncerLog.RoundFailed(log, e.Message);
                await Task.Delay(Pause, time, stoppingToken);
            }
        }
    }

    private async Task WorkAsync(NpgsqlConnection connection, CancellationToken stoppingToken)
    {
        while (!await TryLockAsync(connection, stoppingToken))
        {
            await Task.Delay(Pause, time, stoppingToken);
        }

        while (true)
        {
            while (await AnnounceAsync(stoppingToken) == MostAtOnce)
            {
            }

            await WaitAsync(stoppingToken);
            // The lock is the connection's: without it another node may be at it, too.
            await using var alive = new NpgsqlCommand("select 1", connection);
            await alive.ExecuteScalarAsync(stoppingToken);
        }
    }

    private async Task<int> AnnounceAsync(CancellationToken stoppingToken)
    {
        await using var db = await databases.CreateDbContextAsync(stoppingToken);
        var rows = await db.OrderSteps
            .AsNoTracking().Where(s => s.AnnouncedAt == null).OrderBy(s => s.Seq).Take(MostAtOnce).Select(s => new { s.Seq, s.Payload })
            .ToListAsync(stoppingToken);
        if (rows.Count == 0)
        {
            return 0;
        }

        await publisher.PublishOrThrowAsync<OrderUpdate>(rows.ConvertAll(r => DeskJson.ReadUpdate(r.Payload)), stoppingToken);
        var done = rows.ConvertAll(r => r.Seq).ToArray();
        var now = time.GetUtcNow();
        await db.OrderSteps.Where(s => done.Contains(s.Seq)).ExecuteUpdateAsync(s => s.SetProperty(r => r.AnnouncedAt, now), stoppingToken);
        return rows.Count;
    }

    private async Task WaitAsync(CancellationToken stoppingToken)
    {
        using var deadline = new CancellationTokenSource(Poll, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, deadline.Token);
        try
        {
            await _wake.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            // Another node may have saved something.
        }
    }

    private static async Task<bool> TryLockAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select pg_try_advisory_lock({LockKey})", connection);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }
}

internal static partial class StepAnnouncerLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Order updates of venues wait to be announced: {Reason}")]
    public static partial void RoundFailed(ILogger logger, string reason);
}
