using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Gateway.Storage;
using TradingSystem.Hosting;

namespace TradingSystem.Gateway.Triggers;

/// <summary>
/// Tells the bus which triggers are switched on or off: each change, and at a start all of them, again and again until it is durable. Whoever raises
/// something for a trigger later goes by that.
/// </summary>
public sealed class TriggerAnnouncer(
    IDbContextFactory<GatewayDb> database, IDurablePublisher publisher, BusReadiness bus, TimeProvider time, ILogger<TriggerAnnouncer> log) : BackgroundService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Round = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> _pending = new();
    private readonly Wakeup _wakeup = new();

    /// <summary>
    /// Tells what the database says of a trigger, which two may change at once. Ends when it is durable, or after a moment without it: then it follows as
    /// soon as it can.
    /// </summary>
    public async Task AnnounceAsync(Guid trigger)
    {
        // One that is being told at this moment may be of before, so this one waits for a round of its own.
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[trigger] = told;
        _wakeup.Set();
        await told.Task.WaitAsync(Patience, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await bus.WaitAsync(stoppingToken);
        await Rounds.UntilDoneAsync(Deadline, time, log, PendAllAsync, stoppingToken);
        await Rounds.WhenWokenAsync(_wakeup, Deadline, time, log, RoundAsync, stoppingToken);
    }

    private async Task PendAllAsync(CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        foreach (var trigger in await db.Triggers.Select(t => t.Id).ToListAsync(cancellationToken))
        {
            _pending.TryAdd(trigger, new());
        }
    }

    private async Task<TimeSpan> RoundAsync(CancellationToken cancellationToken)
    {
        var pending = _pending.ToArray();
        if (pending.Length == 0)
        {
            return Round;
        }

        var ids = pending.Select(p => p.Key).ToList();
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        var changes = await db.Triggers.AsNoTracking().Where(t => ids.Contains(t.Id))
            .Select(t => new TriggerSwitched(t.Id, t.Active, t.UpdatedAt)).ToListAsync(cancellationToken);
        if (changes.Count > 0 && await publisher.PublishAllAsync(changes, cancellationToken) != PublishOutcome.Durable)
        {
            return Retry;
        }

        foreach (var one in pending)
        {
            _pending.TryRemove(one);
            one.Value.TrySetResult();
        }

        return TimeSpan.Zero;
    }
}
