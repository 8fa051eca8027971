using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Delivery;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Positions;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Controls;

/// <summary>
/// Closes positions at the market through the path that every decision takes. A closing order's id follows from the command and the
/// position, so however often the step runs, a position gets one closing order a command.
/// </summary>
public sealed class Flattening(IDbContextFactory<ExecutionDb> databases, DecisionProcessor processor, Announcer announcer, TimeProvider time)
{
    private const int MostAtOnce = 256;

    /// <summary>The command's closing orders by group, those of an earlier run among them.</summary>
    public async Task<ILookup<Guid, Order>> RunAsync(ControlCommand command, IReadOnlyList<Guid> groups, CancellationToken cancellationToken)
    {
        var wanted = groups.ToArray();
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var positions = await db.Positions.AsNoTracking().Where(p => wanted.Contains(p.GroupId)).OrderBy(p => p.Seq).ToListAsync(cancellationToken);
        var names = await db.Bindings.AsNoTracking().Where(b => wanted.Contains(b.GroupId)).ToDictionaryAsync(b => b.GroupId, b => b.GroupName, cancellationToken);
        var ids = positions.Select(p => IdOf(command, p)).ToArray();
        var before = await db.Orders.AsNoTracking().Where(o => ids.Contains(o.DecisionId)).ToListAsync(cancellationToken);
        var done = before.Select(o => o.DecisionId).ToHashSet();
        var made = new List<Order>();
        var open = positions.Where(p => p.Qty != 0m && !done.Contains(IdOf(command, p)));
        foreach (var some in open.Select(p => Closing(command, p, names.GetValueOrDefault(p.GroupId) ?? "")).Chunk(MostAtOnce))
        {
            made.AddRange(await processor.CommandAsync(some, cancellationToken));
        }

        List<Order> all = [.. before, .. made];
        // Those of an earlier run, too: it may have died before it told anybody.
        var untold = command.FlattenedAt is null ? all : made;
        if (untold.Count > 0)
        {
            announcer.Add([new DecisionDelivery([], seenBefore: false, CancellationToken.None)], untold);
        }

        return all.ToLookup(o => o.GroupId);
    }

    /// <summary>Symbols of the groups that are not flat.</summary>
    public async Task<ILookup<Guid, string>> StillOpenAsync(IReadOnlyList<Guid> groups, CancellationToken cancellationToken)
    {
        var wanted = groups.ToArray();
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var open = await db.Positions.AsNoTracking().Where(p => wanted.Contains(p.GroupId) && p.Qty != 0m).Select(p => new { p.GroupId, p.Symbol }).ToListAsync(cancellationToken);
        return open.ToLookup(p => p.GroupId, p => p.Symbol);
    }

    private static Guid IdOf(ControlCommand command, Position position) =>
        NameBasedGuid.Create(command.Id, $"close:{position.AccountId}:{position.GroupId}:{position.Symbol}");

    private TradeDecision Closing(ControlCommand command, Position position, string groupName) => new(
        IdOf(command, position), position.GroupId, groupName, command.RequestedBy, Priority: 10, Targets: [], $"{command.Kind} {position.Symbol}", Payload: "{}", Tags: [], Condition: null,
        position.Symbol, TradeAction.Close, Qty: 0m, MarginUsd: 0m, Leverage: 1m, Entry: null, StopLoss: null, TakeProfit: null, ConfidencePct: null, Reasoning: null,
        OrderType: "market", Price: null, DecisionId: $"{command.Kind}:{command.Id}", TriggerEventId: null, CorrelationId: command.Id.ToString(), CreatedAt: time.GetUtcNow(), ValidUntil: null, TraceParent: null);
}
