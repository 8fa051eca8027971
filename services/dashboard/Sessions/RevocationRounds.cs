using MassTransit;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Dashboard.Storage;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Sessions;

namespace TradingSystem.Dashboard.Sessions;

/// <summary>
/// Reads what is revoked from the tables, at once after a change here and every second for those of other nodes and of the console, refuses it,
/// ends the pages that were opened with it, and tells every service on a change and every five seconds.
/// </summary>
public sealed class RevocationRounds(
    IDbContextFactory<DashboardDb> databases, RevokedSessions revoked, HubSessions pages, IBus bus, BusReadiness readiness, TimeProvider time, ILogger<RevocationRounds> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Cleaning = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan PublishDeadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AuditKept = TimeSpan.FromDays(400);

    private readonly Wakeup _wakeup = new();
    private long _newest;
    private DateTimeOffset _told;
    private DateTimeOffset _cleaned;

    /// <summary>Something was revoked and committed.</summary>
    public void Wake() => _wakeup.Set();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failed = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RoundAsync(stoppingToken);
                failed = false;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // A schema that is not there yet, or a database that is away; told once until it is over.
                if (!failed)
                {
                    RevocationLog.Failed(log, e.Message);
                }

                failed = true;
            }

            await _wakeup.WaitAsync(Period, time, stoppingToken);
        }
    }

    private async Task RoundAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow();
        var rows = await db.Revocations.AsNoTracking().Where(r => r.Until > now).OrderByDescending(r => r.Id).Take(RevokedSessions.Capacity).ToListAsync(cancellationToken);
        var newest = rows.Count == 0 ? 0 : rows[0].Id;
        if (rows.Count > 0)
        {
            var items = rows.Select(r => new RevokedToken(r.SessionId, r.UserId, r.Generation, r.Reason, r.Until)).ToList();
            revoked.Add(items);
            await pages.CloseAsync(revoked, cancellationToken);
            if ((newest != _newest || now - _told >= Again) && readiness.IsStarted)
            {
                using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                deadline.CancelAfter(PublishDeadline);
                await bus.Publish(new RevokedTokens(items), deadline.Token);
                (_newest, _told) = (newest, now);
            }
        }

        if (now - _cleaned >= Cleaning)
        {
            _cleaned = now;
            await db.Revocations.Where(r => r.Until <= now).ExecuteDeleteAsync(cancellationToken);
            await db.HubTickets.Where(t => t.ExpiresAt <= now).ExecuteDeleteAsync(cancellationToken);
            // A day longer, so that a browser that comes back in the morning is told why.
            await db.Sessions.Where(s => s.ExpiresAt <= now - TimeSpan.FromDays(1)).ExecuteDeleteAsync(cancellationToken);
            await db.UserAudit.Where(a => a.At <= now - AuditKept).ExecuteDeleteAsync(cancellationToken);
        }
    }
}

internal static partial class RevocationLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "What was revoked could not be read or told, trying again: {Reason}")]
    public static partial void Failed(ILogger logger, string reason);
}
