using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Gateway.Storage;
using TradingSystem.Hosting;

namespace TradingSystem.Gateway.Triggers;

/// <summary>When each trigger was last heard of. Written at most every 30 s for each, whatever it sends.</summary>
public sealed class TriggerPresence(IDbContextFactory<GatewayDb> database, TimeProvider time, ILogger<TriggerPresence> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MinInterval = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _seen = new();
    private readonly Dictionary<Guid, DateTimeOffset> _written = [];

    public void Seen(Guid triggerId) => _seen[triggerId] = time.GetUtcNow();

    public DateTimeOffset? LastSeen(Guid triggerId) => _seen.TryGetValue(triggerId, out var at) ? at : null;

    /// <summary>What cannot be written is kept in memory for the next round.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Rounds.EveryAsync(Period, time, log, WriteAsync, stoppingToken);

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
