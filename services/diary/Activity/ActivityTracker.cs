using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using TradingSystem.Contracts.Bus;
using TradingSystem.Diary.Storage;
using TradingSystem.Hosting;

namespace TradingSystem.Diary.Activity;

/// <summary>
/// Notes when each group was last heard of. Collected in memory and written once a second,
/// because touching the group's row with every message would make it the diary's hottest row.
/// </summary>
public sealed class ActivityTracker(NpgsqlDataSource database, IDbContextFactory<DiaryDb> contexts, TimeProvider time, ILogger<ActivityTracker> log) : BackgroundService
{
    private const string Save = """
        update diary.groups g set last_activity_at = u.at from unnest($1::uuid[], $2::timestamptz[]) as u(id, at)
        where g.id = u.id and (g.last_activity_at is null or g.last_activity_at < u.at)
        """;

    private static readonly TimeSpan FlushEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReloadEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _pending = new();
    private volatile TargetIndex _targets = new([]);
    private volatile bool _reload = true;

    public void GroupsMayHaveChanged() => _reload = true;

    public void Touch(Guid groupId, DateTimeOffset at)
    {
        // A sender's clock that runs ahead must not keep a group active.
        var now = time.GetUtcNow();
        var moment = at < now ? at : now;
        // Hundreds of items a message are of the same few groups; another thread's note of the same moment may win, nothing hangs on it.
        if (!_pending.TryGetValue(groupId, out var known) || known < moment)
        {
            _pending[groupId] = moment;
        }
    }

    public void Targeted(IReadOnlyList<ImmediateEvent> events)
    {
        // Once for each target however many events name it: a message's events are of the same moment.
        var targets = _targets;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in events)
        {
            for (var i = 0; i < item.Targets.Count; i++)
            {
                if (seen.Add(item.Targets[i]))
                {
                    foreach (var group in targets.Matched(item.Targets[i]))
                    {
                        Touch(group, item.CreatedAt);
                    }
                }
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryAsync(FlushAsync, cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(FlushEvery, time);
        var loadedAt = long.MinValue;
        try
        {
            do
            {
                if (_reload || loadedAt == long.MinValue || time.GetElapsedTime(loadedAt) >= ReloadEvery)
                {
                    _reload = false;
                    loadedAt = time.GetTimestamp();
                    await TryAsync(LoadAsync, stoppingToken);
                }

                await TryAsync(FlushAsync, stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping; StopAsync writes what is left.
        }
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        _targets = new(await db.Groups.AsNoTracking().Select(g => new TargetGroup(g.Id, g.Name, g.Market, g.Symbol)).ToListAsync(cancellationToken));
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        var touched = _pending.ToArray();
        if (touched.Length == 0)
        {
            return;
        }

        // In id order, so that two nodes that flush together cannot wait for each other.
        Array.Sort(touched, (a, b) => a.Key.CompareTo(b.Key));
        await using var command = database.CreateCommand(Save);
        command.Parameters.Add(new NpgsqlParameter { Value = touched.Select(t => t.Key).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
        command.Parameters.Add(new NpgsqlParameter { Value = touched.Select(t => t.Value.UtcDateTime).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz });
        await command.ExecuteNonQueryAsync(cancellationToken);
        foreach (var entry in touched)
        {
            _pending.TryRemove(entry);
        }
    }

    private async Task TryAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            await work(deadline.Token);
        }
        catch (Exception e)
        {
            if (!cancellationToken.IsCancellationRequested)
            {
                _reload = true;
                ActivityTrackerLog.NotSaved(log, e);
            }
        }
    }
}

internal static partial class ActivityTrackerLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Group activity could not be read or saved; it is tried again")]
    public static partial void NotSaved(ILogger logger, Exception exception);
}
