using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Wire;
using TradingSystem.Gateway.Connections;
using TradingSystem.Gateway.Storage;
using TradingSystem.Hosting;

namespace TradingSystem.Gateway.Tokens;

/// <summary>Twice a second: what other nodes revoked or changed about triggers takes effect here within a second too.</summary>
public sealed class RevocationWatch(
    IDbContextFactory<GatewayDb> database, SessionRegistry sessions, GroupDirectory directory, TimeProvider time,
    ILogger<RevocationWatch> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    /// <summary>Covers an outage of the database and clocks that differ.</summary>
    private static readonly TimeSpan LookBack = TimeSpan.FromMinutes(5);

    /// <summary>Live sessions go on while the database is away; /readyz tells of it.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Rounds.EveryAsync(Period, time, log, LookAsync, stoppingToken);

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        if (!directory.IsLoaded)
        {
            return;
        }

        var since = time.GetUtcNow() - LookBack;
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        foreach (var token in await db.Tokens.AsNoTracking().Where(t => t.RevokedAt >= since).Select(t => t.Id).ToListAsync(cancellationToken))
        {
            sessions.CloseToken(token, CloseCodes.TokenRevoked);
        }

        foreach (var trigger in await db.Triggers.AsNoTracking().Where(t => t.UpdatedAt >= since).ToListAsync(cancellationToken))
        {
            directory.Put(trigger);
        }
    }
}
