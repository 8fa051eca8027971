using System.Data;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Controls;

/// <summary>A position that a command closes, at one moment. <c>Filled</c> has what venues filled of the attempts, by order.</summary>
public sealed record PositionClosing(Position Position, IReadOnlyList<Order> Attempts, IReadOnlyDictionary<Guid, decimal> Filled, ClosingStep Step);

/// <summary>
/// Closes positions at the market through the path that every decision takes. A closing order's id follows from the command, the position and the number
/// of the attempt, so however often the step runs, and wherever, an attempt is one order.
/// </summary>
public sealed class Flattening(IDbContextFactory<ExecutionDb> databases, DecisionProcessor processor, Announcer announcer, TimeProvider time)
{
    private const int MostAtOnce = 256;

    // Clocks of nodes differ; a position that was flat long before the command has nothing to do with it.
    private static readonly TimeSpan ClockDoubt = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan TellDeadline = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Makes the closing orders that are due. False when some of them could not be announced, which is then done again: <paramref name="told"/> has
    /// those that an earlier round announced.
    /// </summary>
    public async Task<bool> RunAsync(ControlCommand command, IReadOnlyList<Binding> groups, IReadOnlySet<Guid> told, CancellationToken cancellationToken)
    {
        var names = groups.ToDictionary(g => g.GroupId, g => g.GroupName);
        var closings = await LookAsync(command, groups, cancellationToken);
        var orders = closings.SelectMany(c => c.Attempts).ToList();
        foreach (var some in closings.Where(c => c.Step.Doing == ClosingDoing.Due).Chunk(MostAtOnce))
        {
            orders.AddRange(await processor.CommandAsync([.. some.Select(c => Closing(command, c.Position, c.Attempts.Count + 1, names[c.Position.GroupId]))], cancellationToken));
        }

        // A venue's order tells of itself.
        var untold = orders.FindAll(o => !o.IsAtVenue && !told.Contains(o.Id));
        return untold.Count == 0 || await TellAsync(untold, cancellationToken);
    }

    /// <summary>Every position of the groups that the command closes or has closed, as all of it is at one moment.</summary>
    public async Task<IReadOnlyList<PositionClosing>> LookAsync(ControlCommand command, IReadOnlyList<Binding> groups, CancellationToken cancellationToken)
    {
        var (wanted, since) = (groups.Select(g => g.GroupId).ToArray(), command.RequestedAt - ClockDoubt);
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await using var moment = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var positions = await db.Positions
            .AsNoTracking().Where(p => wanted.Contains(p.GroupId) && (p.Qty != 0m || p.UpdatedAt >= since)).OrderBy(p => p.Seq)
            .ToListAsync(cancellationToken);
        var ids = positions.SelectMany(p => Enumerable.Range(1, ClosingStep.MostAttempts).Select(n => IdOf(command, p, n))).ToArray();
        var made = await db.Orders.AsNoTracking().Where(o => ids.Contains(o.DecisionId)).ToDictionaryAsync(o => o.DecisionId, cancellationToken);
        var atVenue = made.Values.Where(o => o.IsAtVenue).Select(o => o.Id).ToArray();
        var filled = atVenue.Length == 0
            ? []
            : await db.DeskOrders
                .AsNoTracking().Where(o => atVenue.Contains(o.OrderId) && o.Leg == DeskLegs.Entry)
                .ToDictionaryAsync(o => o.OrderId, o => o.Filled, cancellationToken);
        var left = await db.DeskOrders.AsNoTracking()
            .Where(o => wanted.Contains(o.GroupId) && o.Leg != DeskLegs.Entry)
            .Where(DeskStates.AreOpen)
            .Select(o => new { o.AccountId, o.GroupId, o.Symbol }).Distinct().ToListAsync(cancellationToken);
        var others = await db.DeskOrders.AsNoTracking()
            .Where(o => wanted.Contains(o.GroupId) && o.Leg == DeskLegs.Entry && o.ByCommand && !atVenue.Contains(o.OrderId))
            .Where(DeskStates.AreOpen)
            .Select(o => new { o.AccountId, o.GroupId, o.Symbol }).Distinct().ToListAsync(cancellationToken);
        var held = command.HeldSince is null ? [] : await HeldAsync(db, cancellationToken);
        var (isBegun, now) = (command.Groups != "[]", time.GetUtcNow());
        var closings = new List<PositionClosing>(positions.Count);
        foreach (var position in positions)
        {
            // A person may have let trading go on since; then what is opened is no longer to be closed.
            var holds = held.Contains(Guid.Empty) || held.Contains(position.AccountId) || held.Contains(position.GroupId);
            List<Order> attempts = [.. Enumerable.Range(1, ClosingStep.MostAttempts).Select(n => made.GetValueOrDefault(IdOf(command, position, n))).TakeWhile(o => o is not null).OfType<Order>()];
            if (attempts.Count == 0 && (position.Qty == 0m || (isBegun && !holds)))
            {
                // It was flat when the command began; who holds nothing back closes nothing that was opened later.
                continue;
            }

            var key = (position.AccountId, position.GroupId, position.Symbol);
            var (ordersLeft, isClosedByOther) = (left.Exists(o => (o.AccountId, o.GroupId, o.Symbol) == key), others.Exists(o => (o.AccountId, o.GroupId, o.Symbol) == key));
            closings.Add(new(position, attempts, filled, ClosingStep.Next(holds, position.Qty, attempts, ordersLeft, isClosedByOther, now)));
        }

        return closings;
    }

    /// <summary>Every scope of which a person or a switch holds all orders back; the system's is the empty one.</summary>
    private static async Task<HashSet<Guid>> HeldAsync(ExecutionDb db, CancellationToken cancellationToken)
    {
        var (halted, running) = (ControlWords.Of(TradingState.Halted), ControlWords.Modes[0]);
        return [.. await db.Controls.AsNoTracking().Where(c => c.State == halted || c.Mode != running).Select(c => c.ScopeId).ToListAsync(cancellationToken)];
    }

    /// <summary>Waits until the bus has them, so that a receipt that names an order means that it was told of.</summary>
    private async Task<bool> TellAsync(List<Order> orders, CancellationToken cancellationToken)
    {
        var delivery = new DecisionDelivery([], seenBefore: false, CancellationToken.None);
        announcer.Add([delivery], orders);
        try
        {
            await delivery.Done.WaitAsync(TellDeadline, time, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static Guid IdOf(ControlCommand command, Position position, int attempt) => NameBasedGuid.Create(
        command.Id,
        $"close:{position.AccountId}:{position.GroupId}:{position.Symbol}" + (attempt == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $":{attempt}")));

    private TradeDecision Closing(ControlCommand command, Position position, int attempt, string groupName) =>
        ClosingDecision.Of(
            IdOf(command, position, attempt), position.GroupId, groupName, position.Symbol, command.RequestedBy, $"{command.Kind} {position.Symbol}",
            time.GetUtcNow()) with
        {
            DecisionId = $"{command.Kind}:{command.Id}",
            CorrelationId = command.Id.ToString(),
        };
}
