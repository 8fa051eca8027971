using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Controls;

/// <summary>Receipts as they are now: of what a command that runs does to positions nothing is repeated from an earlier look.</summary>
public sealed class ReceiptReader(IDbContextFactory<ExecutionDb> databases, Flattening flattening)
{
    private static readonly string[] Late = [.. new[] { ReasonCodes.Halted, ReasonCodes.Stopped, ReasonCodes.Paused, ReasonCodes.Fenced, ReasonCodes.StaleSession }.Select(c => c.Word)];

    /// <summary>By the command's id.</summary>
    public async Task<IReadOnlyDictionary<Guid, Receipt>> ReadAsync(IReadOnlyList<ControlCommand> commands, CancellationToken cancellationToken)
    {
        var receipts = new Dictionary<Guid, Receipt>(commands.Count);
        foreach (var command in commands)
        {
            receipts[command.Id] = command is { CompletedAt: null, Flattens: true } ? Receipt.Of(command, await NowAsync(command, cancellationToken)) : Receipt.Of(command);
        }

        return receipts;
    }

    /// <summary>The command's groups after a look at their positions; null where it closes none.</summary>
    /// <param name="cancelled">Open orders that ended in this round, by group.</param>
    public async Task<IReadOnlyList<GroupReceipt>> OfAsync(
        ExecutionDb db, ControlCommand command, IReadOnlyList<Binding> groups, IReadOnlyDictionary<Guid, int> cancelled, IReadOnlyList<PositionClosing>? closings, CancellationToken cancellationToken)
    {
        var ids = groups.Select(g => g.GroupId).ToArray();
        var earlier = Receipt.GroupsOf(command).ToDictionary(g => g.GroupId);
        var refused = command.HeldSince is not { } since
            ? []
            : await db.Orders.AsNoTracking()
                .Where(o => o.CreatedAt >= since && ids.Contains(o.GroupId) && Late.Contains(o.ReasonCode))
                .GroupBy(o => o.GroupId)
                .Select(g => new { g.Key, Count = g.Count() })
                .ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken);
        var open = closings is null ? await OpenAsync(db, ids, cancellationToken) : [];
        var told = new List<GroupReceipt>(groups.Count);
        foreach (var group in groups)
        {
            var receipt = new GroupReceipt(
                group.GroupId, group.GroupName, group.AccountId, command.HeldSince, refused.GetValueOrDefault(group.GroupId),
                cancelled.GetValueOrDefault(group.GroupId) + (earlier.GetValueOrDefault(group.GroupId)?.Cancelled ?? 0), Closed: [],
                [.. open.Where(o => o.GroupId == group.GroupId).Select(o => o.Symbol).Order(StringComparer.Ordinal)]);
            told.Add(closings is null ? receipt : With(receipt, closings));
        }

        return told;
    }

    private async Task<IReadOnlyList<GroupReceipt>> NowAsync(ControlCommand command, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var groups = await db.Groups(command.Scope, command.ScopeId).AsNoTracking().OrderBy(b => b.GroupId).ToListAsync(cancellationToken);
        var closings = await flattening.LookAsync(command, groups, cancellationToken);
        return await OfAsync(db, command, groups, new Dictionary<Guid, int>(), closings, cancellationToken);
    }

    private static GroupReceipt With(GroupReceipt receipt, IReadOnlyList<PositionClosing> closings)
    {
        List<PositionClosing> own = [.. closings.Where(c => c.Position.GroupId == receipt.GroupId)];
        return receipt with
        {
            Closed = [.. own.SelectMany(c => c.Attempts.Select((o, i) => View(o, i + 1, c)))],
            StillOpen = [.. own.Where(c => c.Position.Qty != 0m && c.Step.Doing != ClosingDoing.Done).Select(c => c.Position.Symbol).Order(StringComparer.Ordinal)],
            Unfinished =
            [
                .. own.Where(c => c.Step.Doing != ClosingDoing.Done).OrderBy(c => c.Position.Symbol, StringComparer.Ordinal)
                    .Select(c => new UnfinishedPosition(c.Position.Symbol, OrderAnnouncements.Plain(c.Position.Qty), c.Step.Code?.Word ?? "", c.Step.Message, c.Attempts.Count)),
            ],
        };
    }

    private static ClosingOrder View(Order order, int attempt, PositionClosing closing)
    {
        var filled = order.IsAtVenue ? closing.Filled.GetValueOrDefault(order.Id) : order.AvgPrice is null ? 0m : order.Qty;
        return new(
            order.Id, order.Symbol, order.Side, OrderAnnouncements.Plain(order.Qty), order.Status, order.ReasonCode, attempt, OrderAnnouncements.Plain(filled),
            order.AvgPrice is { } price ? OrderAnnouncements.Plain(price) : null, order.ReasonMessage);
    }

    private static async Task<List<(Guid GroupId, string Symbol)>> OpenAsync(ExecutionDb db, Guid[] groups, CancellationToken cancellationToken) =>
        [.. (await db.Positions.AsNoTracking().Where(p => groups.Contains(p.GroupId) && p.Qty != 0m).Select(p => new { p.GroupId, p.Symbol }).ToListAsync(cancellationToken)).Select(p => (p.GroupId, p.Symbol))];
}
