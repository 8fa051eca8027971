using System.Text.Json;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting;

namespace TradingSystem.Execution.Controls;

/// <summary>Cancels what rests at the venue for the groups; how many orders of each. The simulated venue's market orders never rest.</summary>
public delegate Task<IReadOnlyDictionary<Guid, int>> CancelOpenOrders(IReadOnlyList<Guid> groups, CancellationToken cancellationToken);

/// <summary>
/// Takes a saved command to its end: tokens, open orders, positions, and the queue. What it needs others for (a gateway's answer, the
/// queue's end) is asked for first and waited for last; what did not come is asked for again in the next round.
/// </summary>
public sealed class CommandRunner(
    IDbContextFactory<ExecutionDb> databases,
    TokenFences tokens,
    Flattening flattening,
    CancelOpenOrders cancel,
    IBus bus,
    IDurableStore durable,
    TimeProvider time,
    ILogger<CommandRunner> log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    /// <summary>Everything that was accepted before the command has its outcome.</summary>
    public static async Task DrainedAsync(IDbContextFactory<ExecutionDb> databases, Guid command, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await db.ControlCommands.Where(c => c.Id == command && c.DrainedAt == null).ExecuteUpdateAsync(s => s.SetProperty(c => c.DrainedAt, now), cancellationToken);
    }

    /// <summary>One round; the command as it is after it, complete or not.</summary>
    public async Task<ControlCommand> RunAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var command = await db.ControlCommands.SingleAsync(c => c.Id == id, cancellationToken);
        if (command.CompletedAt is not null)
        {
            return command;
        }

        var groups = await db.Groups(command.Scope, command.ScopeId).AsNoTracking().OrderBy(b => b.GroupId).ToListAsync(cancellationToken);
        var ids = groups.ConvertAll(g => g.GroupId);
        var fencing = command is { Fences: true, TokensFencedAt: null }
            ? tokens.RaiseAsync(bus, new FenceTokens(command.Id, command.Scope == ControlWords.System, command.Scope == ControlWords.System ? [] : ids), Patience, time, cancellationToken)
            : Task.FromResult<int?>(null);
        var draining = command is { Fences: true, DrainedAt: null } ? DrainAsync(command.Id, cancellationToken) : Task.FromResult<DateTimeOffset?>(null);
        IReadOnlyDictionary<Guid, int> cancelled = new Dictionary<Guid, int>();
        if (command is { Cancels: true, CancelledAt: null })
        {
            cancelled = await cancel(ids, cancellationToken);
            command.CancelledAt = Now();
        }

        var closed = command.Flattens ? await flattening.RunAsync(command, ids, cancellationToken) : null;
        if (command is { Flattens: true, FlattenedAt: null })
        {
            command.FlattenedAt = Now();
        }

        if (await fencing is { } count)
        {
            (command.TokensFencedAt, command.TokensFenced) = (Now(), count);
        }

        command.DrainedAt ??= await draining;
        command.Groups = JsonSerializer.Serialize(
            await ReceiptsAsync(db, command, groups, cancelled, closed, cancellationToken), ReceiptJson.Default.IReadOnlyListGroupReceipt);
        var complete = !command.Fences || (command.TokensFencedAt is not null && command.DrainedAt is not null);
        command.CompletedAt = complete ? Now() : null;
        command.ClaimedUntil = complete ? command.ClaimedUntil : Now();
        await db.SaveChangesAsync(cancellationToken);
        CommandRunnerLog.Ran(log, command.Kind, command.Id, complete);
        return command;
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

    private async Task<IReadOnlyList<GroupReceipt>> ReceiptsAsync(
        ExecutionDb db, ControlCommand command, List<Binding> groups, IReadOnlyDictionary<Guid, int> cancelled, ILookup<Guid, Order>? closed, CancellationToken cancellationToken)
    {
        var ids = groups.Select(g => g.GroupId).ToArray();
        var earlier = JsonSerializer.Deserialize(command.Groups, ReceiptJson.Default.IReadOnlyListGroupReceipt)!.ToDictionary(g => g.GroupId);
        string[] late = ["HALTED", "STOPPED", "PAUSED", "FENCED", "STALE_SESSION"];
        var refused = command.HeldSince is not { } since
            ? []
            : await db.Orders.AsNoTracking()
                .Where(o => o.CreatedAt >= since && ids.Contains(o.GroupId) && late.Contains(o.ReasonCode))
                .GroupBy(o => o.GroupId)
                .Select(g => new { g.Key, Count = g.Count() })
                .ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken);
        var open = await flattening.StillOpenAsync(ids, cancellationToken);
        return groups.ConvertAll(g => new GroupReceipt(
            g.GroupId,
            g.GroupName,
            g.AccountId,
            command.HeldSince,
            refused.GetValueOrDefault(g.GroupId),
            cancelled.GetValueOrDefault(g.GroupId) + (earlier.GetValueOrDefault(g.GroupId)?.Cancelled ?? 0),
            [.. (closed?[g.GroupId] ?? []).Select(o => new ClosingOrder(o.Id, o.Symbol, o.Side, OrderAnnouncements.Plain(o.Qty), o.Status, o.ReasonCode))],
            [.. open[g.GroupId].Order(StringComparer.Ordinal)]));
    }

    private DateTimeOffset Now() => ControlStore.Micros(time.GetUtcNow());
}

internal static partial class CommandRunnerLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Kind} {Id} was carried on; complete: {Complete}")]
    public static partial void Ran(ILogger logger, string kind, Guid id, bool complete);
}
