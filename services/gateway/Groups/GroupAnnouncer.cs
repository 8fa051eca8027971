using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Gateway.Connections;
using TradingSystem.Gateway.Storage;
using TradingSystem.Hosting;

namespace TradingSystem.Gateway.Groups;

/// <summary>
/// Loads the directory at start and tells the bus of every group then and of each change after,
/// again and again until it is durable: a change that is only in our tables would never reach execution.
/// </summary>
public sealed partial class GroupAnnouncer(
    IDbContextFactory<GatewayDb> database,
    GroupDirectory directory,
    SessionRegistry sessions,
    IDurablePublisher publisher,
    BusReadiness bus,
    TimeProvider time,
    ILogger<GroupAnnouncer> log) : BackgroundService, IReadyCheck
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<Guid, GroupConfig> _pending = new();
    private readonly ConcurrentDictionary<(Guid Id, long Version), TaskCompletionSource> _announced = new();
    private readonly Wakeup _wakeup = new();

    public string Name => "groups";

    public bool IsReady => directory.IsLoaded;

    /// <summary>
    /// Ends when the change is durable, or after a moment without it: then it follows as soon as it can. An event sent after that
    /// finds the group on every node.
    /// </summary>
    public async Task AnnounceAsync(GroupConfig group)
    {
        if (directory.Put(group) is { } before)
        {
            sessions.ConfigChanged(before, group);
        }

        var announced = _announced.GetOrAdd((group.Id, group.Version), _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        _pending.AddOrUpdate(group.Id, group, (_, held) => group.Version >= held.Version ? group : held);
        _wakeup.Set();
        await announced.Task.WaitAsync(Patience, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!await TryLoadAsync(stoppingToken))
        {
            await Task.Delay(Retry, time, stoppingToken);
        }

        await bus.WaitAsync(stoppingToken);
        while (true)
        {
            var announced = await Task.WhenAll(_pending.Values.Select(PublishAsync));
            if (announced.All(ok => ok))
            {
                await _wakeup.WaitAsync(Timeout.InfiniteTimeSpan, time, stoppingToken);
            }
            else
            {
                await Task.Delay(Retry, time, stoppingToken);
            }
        }
    }

    private async Task<bool> PublishAsync(GroupConfig group)
    {
        if (await publisher.PublishAsync(group, CancellationToken.None) != PublishOutcome.Durable)
        {
            GroupAnnouncerLog.NotAnnounced(log, group.Name);
            return false;
        }

        // Only this very version: a newer one may have come meanwhile.
        _pending.TryRemove(KeyValuePair.Create(group.Id, group));
        foreach (var key in _announced.Keys.Where(k => k.Id == group.Id && k.Version <= group.Version))
        {
            if (_announced.TryRemove(key, out var waiting))
            {
                waiting.TrySetResult();
            }
        }

        return true;
    }

    private async Task<bool> TryLoadAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var db = await database.CreateDbContextAsync(cancellationToken);
            foreach (var group in await db.Groups.AsNoTracking().Include(g => g.Members).ToListAsync(cancellationToken))
            {
                var config = GroupDirectory.Config(group);
                directory.Put(config);
                _pending.TryAdd(group.Id, config);
            }

            foreach (var trigger in await db.Triggers.AsNoTracking().ToListAsync(cancellationToken))
            {
                directory.Put(trigger);
            }

            directory.MarkLoaded();
            return true;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            GroupAnnouncerLog.NotLoaded(log, e.Message);
            return false;
        }
    }
}

internal static partial class GroupAnnouncerLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Group {Group} could not be announced, trying again")]
    public static partial void NotAnnounced(ILogger logger, string group);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Groups could not be loaded, trying again: {Reason}")]
    public static partial void NotLoaded(ILogger logger, string reason);
}
