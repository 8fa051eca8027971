using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;

namespace TradingSystem.Execution.Desk;

/// <summary>What a group's position is to be protected with, as its entries' decisions ask for it.</summary>
internal sealed class ProtectionWishes(DeskContext desk, EntryNews entries, ProtectionMemory memory, MoveEnds moves)
{
    /// <summary>After a booking of an entry: what it asked for is from now on what the position must have.</summary>
    /// <param name="decision">Null where its decision asks for no protection.</param>
    public async Task AskAsync(DeskWork work, DeskOrder order, TradeDecision? decision)
    {
        memory.Look();
        if (decision is null || order.ReduceOnly)
        {
            return;
        }

        var row = await work.Db.Protections.SingleOrDefaultAsync(p => p.AccountId == order.AccountId && p.GroupId == order.GroupId && p.Symbol == order.Symbol, desk.Stop);
        if (row is null)
        {
            row = new ProtectionRow { AccountId = order.AccountId, GroupId = order.GroupId, Symbol = order.Symbol };
            work.Db.Protections.Add(row);
        }
        else if (row.OrderId != order.OrderId && (row.StopLoss ?? row.TakeProfit) is not null)
        {
            await entries.EndAsync(
                work, row.OrderId, OrderStatus.Closed,
                new(ReasonCodes.ProtectionReplaced, null, order.OrderId.ToString(), null, "A later order's protection took its place."));
        }

        if (row.OrderId == order.OrderId && ((row.StopLoss ?? row.TakeProfit) is not null || row.Removed))
        {
            // Another fill of the same order: where its legs were moved to since, they stay.
            return;
        }

        await moves.SupersedeAsync(work, order);
        (row.OrderId, row.StopLoss, row.TakeProfit, row.Removed, row.Flattening, row.UpdatedAt) = (order.OrderId, decision.StopLoss, decision.TakeProfit, false, false, work.Now);
    }
}
