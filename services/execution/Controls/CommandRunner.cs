using System.Text.Json;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting;

namespace TradingSystem.Execution.Controls;

/// <summary>
/// Cancels what rests at the venue for the groups, and ends what their bots have waiting here; the closing orders of commands stay. Market orders of accounts
/// that fill at once never rest.
/// </summary>
public delegate Task<CancelOutcome> CancelOpenOrders(IReadOnlyList<Guid> groups, CancellationToken cancellationToken);

/// <summary>How many orders of each group ended in this call, and how many are still open: they are told to go and may yet be filled.</summary>
public sealed record CancelOutcome(IReadOnlyDictionary<Guid, int> Ended, int Left);

/// <summary>
/// Takes a saved command to its end: tokens, open orders, positions, and the queue. What it needs others for (a gateway's answer, the
/// queue's end, a venue's fills) is asked for first and waited for last; what did not come is asked for again in the next round. It has ended when all of it is
/// so in the tables, or when a person is told which positions stay and why.
/// </summary>
public sealed class CommandRunner(
    IDbContextFactory<ExecutionDb> databases,
    TokenFences tokens,
    Flattening flattening,
    ReceiptReader receipts,
    CancelOpenOrders cancel,
    IBus bus,
    IDurableStore durable,
    TimeProvider time,
    ILogger<CommandRunner> log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan ClosingPoll = TimeSpan.FromMilliseconds(100);

    /// <summary>Everything that was accepted before the command has its outcome.</summary>
    public static async Task DrainedAsync(IDbContextFactory<ExecutionDb> databases, Guid command, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await db.ControlCommands.Where(c => c.Id == command && c.DrainedAt == null).ExecuteUpdateAsync(s => s.SetProperty(c => c.DrainedAt, now), cancellationToken);
    }

    /// <summary>One round; the command as it is after it, ended or not.</summary>
    /// <param name="waits">Waits a little for closing orders to be filled; false leaves that to the next round.</param>
    public async Task<ControlCommand> RunAsync(Guid id, bool waits, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var command = await FindAsync(db, id, cancellationToken);
        if (command.CompletedAt is not null)
        {
            return command;
        }

        var groups = await db.Groups(command.Scope, command.ScopeId).AsNoTracking().OrderBy(b => b.GroupId).ToListAsync(cancellationToken);
        var ids = groups.ConvertAll(g => g.GroupId);
        var fencing = command is { Fences: true, TokensFencedAt: null }
            ? tokens.RaiseAsync(
                bus, new FenceTokens(command.Id, command.Scope == ControlWords.System, command.Scope == ControlWords.System ? [] : ids), Patience,
                time, cancellationToken)
            : Task.FromResult<int?>(null);
        var draining = command is { Fences: true, DrainedAt: null } ? DrainAsync(command.Id, cancellationToken) : Task.FromResult<DateTimeOffset?>(null);
        IReadOnlyDictionary<Guid, int> cancelled = new Dictionary<Guid, int>();
        if (command is { Cancels: true, CancelledAt: null })
        {
            (cancelled, var left) = await cancel(ids, cancellationToken);
            command.CancelledAt = left == 0 ? Now() : null;
        }

        // Nothing that is out and may never be heard of again keeps a position from being closed.
        var isTold = !command.Flattens || await flattening.RunAsync(command, groups, Told(command), cancellationToken);
        if (await fencing is { } count)
        {
            (command.TokensFencedAt, command.TokensFenced) = (Now(), count);
        }

        command.DrainedAt ??= await draining;
        // The last look comes after everything that could still have changed a position.
        var closings = command.Flattens ? await ClosedAsync(command, groups, waits, cancellationToken) : null;
        var isFlat = closings?.All(c => c.Step.Doing == ClosingDoing.Done) ?? true;
        command.FlattenedAt = command.Flattens && isFlat ? command.FlattenedAt ?? Now() : null;

        var others = (!command.Fences || (command.TokensFencedAt is not null && command.DrainedAt is not null)) && (!command.Cancels || command.CancelledAt is not null);
        var hasEnded = others && isTold && (closings?.All(c => c.Step.Doing is ClosingDoing.Done or ClosingDoing.GivenUp) ?? true);
        // An order that a receipt names was told of, so one that was not is not named yet.
        var told = isTold
            ? JsonSerializer.Serialize(
                await receipts.OfAsync(db, command, groups, cancelled, closings, cancellationToken), ReceiptJson.Default.IReadOnlyListGroupReceipt)
            : command.Groups;
        await SaveAsync(db, command, told, hasEnded, cancellationToken);
        CommandRunnerLog.Ran(log, command.Kind, command.Id, hasEnded, isFlat);
        return await FindAsync(db, id, cancellationToken);
    }

    private static Task<ControlCommand> FindAsync(ExecutionDb db, Guid id, CancellationToken cancellationToken) =>
        db.ControlCommands.AsNoTracking().SingleAsync(c => c.Id == id, cancellationToken);

    private static HashSet<Guid> Told(ControlCommand command) => [.. Receipt.GroupsOf(command).SelectMany(g => g.Closed).Select(o => o.OrderId)];

    private async Task<IReadOnlyList<PositionClosing>> ClosedAsync(ControlCommand command, List<Accounts.Binding> groups, bool waits, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var closings = await flattening.LookAsync(command, groups, cancellationToken);
            if (!waits || time.GetElapsedTime(started) >= Patience || closings.All(c => c.Step.Doing is ClosingDoing.Done or ClosingDoing.GivenUp))
            {
                return closings;
            }

            await Task.Delay(ClosingPoll, time, cancellationToken);
        }
    }

    /// <summary>Another node may have been at it, too: what it found done stays done, and a command that has ended is not written to any more.</summary>
    private async Task SaveAsync(ExecutionDb db, ControlCommand command, string groups, bool hasEnded, CancellationToken cancellationToken)
    {
        var (fenced, count, drained, cancelled, flattened, now) = (command.TokensFencedAt, command.TokensFenced, command.DrainedAt, command.CancelledAt, command.FlattenedAt, Now());
        DateTimeOffset? ended = hasEnded ? now : null;
        await db.ControlCommands.Where(c => c.Id == command.Id && c.CompletedAt == null).ExecuteUpdateAsync(
            s => s.SetProperty(c => c.TokensFencedAt, c => c.TokensFencedAt ?? fenced)
                .SetProperty(c => c.TokensFenced, c => c.TokensFenced ?? count)
                .SetProperty(c => c.DrainedAt, c => c.DrainedAt ?? drained)
                .SetProperty(c => c.CancelledAt, c => c.CancelledAt ?? cancelled)
                .SetProperty(c => c.FlattenedAt, flattened)
                .SetProperty(c => c.Groups, groups)
                .SetProperty(c => c.CompletedAt, ended)
                .SetProperty(c => c.ClaimedUntil, now),
            cancellationToken);
    }

    /// <summary>Puts a barrier behind everything that was accepted and waits until it arrives.</summary>
    private async Task<DateTimeOffset?> DrainAsync(Guid id, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        if (await durable.AppendAsync(new TradeDecisions([], id), typeof(TradeDecisions), cancellationToken) == PublishOutcome.Unavailable)
        {
            return null;
        }

        while (time.GetElapsedTime(started) < Patience)
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            if (await db.ControlCommands.Where(c => c.Id == id).Select(c => c.DrainedAt).SingleAsync(cancellationToken) is { } drained)
            {
                return drained;
            }

            await Task.Delay(Poll, time, cancellationToken);
        }

        return null;
    }

    private DateTimeOffset Now() => ControlStore.Micros(time.GetUtcNow());
}

internal static partial class CommandRunnerLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Kind} {Id} was carried on; ended: {Ended}, flat: {Flat}")]
    public static partial void Ran(ILogger logger, string kind, Guid id, bool ended, bool flat);
}
