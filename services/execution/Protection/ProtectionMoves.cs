using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Legs;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Protection;

/// <summary>
/// Moves the stop-loss and take-profit of a group's position, each steering once for ever: on an account that fills at once here, at a
/// venue by the account's desk, which finds the wish in the tables.
/// </summary>
/// <param name="wake">Has an account's desk look at the tables, if it is here; never blocks.</param>
public sealed class ProtectionMoves(
    IDbContextFactory<ExecutionDb> databases, DecisionProcessor processor, Announcer announcer, Action<Guid> wake, TimeProvider time, ILogger<ProtectionMoves> log) : BackgroundService
{
    private const int MostAtOnce = 256;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    // Whoever decided it is at it still.
    private static readonly TimeSpan Untold = TimeSpan.FromSeconds(10);

    // A steering that is older than a decision may be is refused in any case, so this is for people who look.
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);
    private static readonly TimeSpan CleaningPeriod = TimeSpan.FromHours(1);

    private long? _cleanedAt;

    /// <summary>
    /// Returns when the move is done or refused and that is announced, or when it is saved for the account's desk, which announces it.
    /// Delivered again, it changes nothing and announces the same.
    /// </summary>
    public async Task<ProtectionMove> ApplyAsync(GroupSteering steering, CancellationToken cancellationToken)
    {
        if (steering.Protect is null)
        {
            throw new ArgumentException("The steering moves no protection.", nameof(steering));
        }

        var move = await processor.MoveAsync(steering, cancellationToken);
        if (move.IsOpen)
        {
            wake(move.AccountId);
        }
        else if (move.Told is { } told)
        {
            await TellAsync([move.Id], [DeskJson.ReadUpdate(told)], cancellationToken);
        }

        return move;
    }

    /// <summary>Announces what was decided and not told of, e.g. because the process died that a person had asked; how many there were.</summary>
    public async Task<int> TellUntoldAsync(CancellationToken cancellationToken)
    {
        var before = ControlStore.Micros(time.GetUtcNow()) - Untold;
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var untold = await db.ProtectionMoves.AsNoTracking().Where(m => m.Told != null && m.AnnouncedAt == null && m.UpdatedAt < before)
            .OrderBy(m => m.UpdatedAt).Take(MostAtOnce).Select(m => new { m.Id, m.Told }).ToListAsync(cancellationToken);
        if (untold.Count > 0)
        {
            await TellAsync([.. untold.Select(m => m.Id)], untold.ConvertAll(m => DeskJson.ReadUpdate(m.Told!)), cancellationToken);
        }

        return untold.Count;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await TellUntoldAsync(stoppingToken);
                    await CleanAsync(stoppingToken);
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    ProtectionMovesLog.RoundFailed(log, e);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async Task TellAsync(Guid[] moves, IReadOnlyList<OrderUpdate> updates, CancellationToken cancellationToken)
    {
        var delivery = new DecisionDelivery([], seenBefore: true, cancellationToken);
        announcer.Add([delivery], [], updates);
        await delivery.Done;
        DateTimeOffset? now = ControlStore.Micros(time.GetUtcNow());
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await db.ProtectionMoves.Where(m => moves.Contains(m.Id) && m.AnnouncedAt == null).ExecuteUpdateAsync(s => s.SetProperty(m => m.AnnouncedAt, now), cancellationToken);
    }

    private async Task CleanAsync(CancellationToken cancellationToken)
    {
        if (_cleanedAt is { } at && time.GetElapsedTime(at) < CleaningPeriod)
        {
            return;
        }

        var before = ControlStore.Micros(time.GetUtcNow()) - Kept;
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await db.ProtectionMoves.Where(m => m.CreatedAt < before && (m.State == MoveStates.Done || m.State == MoveStates.Refused)).ExecuteDeleteAsync(cancellationToken);
        _cleanedAt = time.GetTimestamp();
    }
}

internal static partial class ProtectionMovesLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Moves of protection could not be told of this round")]
    public static partial void RoundFailed(ILogger logger, Exception exception);
}
