using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using TradingSystem.Gateway.Storage;

namespace TradingSystem.Gateway.Triggers;

/// <summary>When each trigger was last heard of. Written at most every 30 s for each, whatever it sends.</summary>
public sealed class TriggerPresence(IDbContextFactory<GatewayDb> database, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MinInterval = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _seen = new();
    private readonly Dictionary<Guid, DateTimeOffset> _written = [];

    public void Seen(Guid triggerId) => _seen[triggerId] = time.GetUtcNow();

    public DateTimeOffset? LastSeen(Guid triggerId) => _seen.TryGetValue(triggerId, out var at) ? at : null;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await WriteAsync(stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or InvalidOperationException)
            {
                // Kept in memory, so the next round writes it.
            }
        }
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        foreach (var (id, at) in _seen)
        {
            var last = _written.GetValueOrDefault(id);
            if (at <= last || at - last < MinInterval)
            {
                continue;
            }

            await using var db = await database.CreateDbContextAsync(cancellationToken);
            await db.Triggers.Where(t => t.Id == id).ExecuteUpdateAsync(s => s.SetProperty(t => t.LastSeenAt, at), cancellationToken);
            _written[id] = at;
        }
    }
}
