using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Legs;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;

namespace TradingSystem.Execution.Desk;

/// <summary>Ends moves of legs, in the tables and in memory, and tells of it.</summary>
internal sealed class MoveEnds(DeskContext desk, MovesUnderWay moves, ProtectionMemory memory)
{
    /// <summary>Nothing can be sent, so what waits is refused; what was begun goes on with a key that works.</summary>
    public static async Task RefuseWaitingAsync(DeskStore store, RejectionReason reason, CancellationToken cancellationToken)
    {
        var account = store.AccountId;
        await store.RunAsync(
            async work =>
            {
                var waiting = await work.Db.ProtectionMoves.Where(m => m.AccountId == account && m.State == MoveStates.Waiting).OrderBy(m => m.Seq).ToListAsync(cancellationToken);
                foreach (var move in waiting)
                {
                    Tell(work, move, move.Refuse(reason, work.Now));
                }

                return true;
            },
            cancellationToken);
    }

    public static void Tell(DeskWork work, ProtectionMove move, OrderUpdate update)
    {
        move.AnnouncedAt = work.Now;
        work.Db.OrderSteps.Add(new OrderStepRow { Id = update.Id, OrderId = update.OrderId, AccountId = update.AccountId, Payload = DeskJson.Write(update), CreatedAt = work.Now });
    }

    /// <summary>A later decision's protection takes the place of what is being moved.</summary>
    public Task SupersedeAsync(DeskWork work, DeskOrder order) => EndAsync(work, moves.Of(order.GroupId, order.Symbol), move => move.Refuse(MoveReasons.Superseded, work.Now));

    /// <summary>The position is gone.</summary>
    public Task DropAsync(DeskWork work, ProtectionRow row) => EndAsync(work, moves.Of(row.GroupId, row.Symbol), move => move.Drop(MoveReasons.PositionClosed, work.Now));

    public void Forget(Moving moving)
    {
        moves.End(moving);
        // What it goes back to does not wait for what was refused.
        memory.ForgetRefusals(moving.Move.GroupId, moving.Move.Symbol);
        memory.DueAt = default;
    }

    private async Task EndAsync(DeskWork work, Moving? moving, Func<ProtectionMove, OrderUpdate> end)
    {
        if (moving is not null)
        {
            var move = await work.Db.ProtectionMoves.SingleAsync(m => m.Id == moving.Move.Id, desk.Stop);
            Tell(work, move, end(move));
            Forget(moving);
        }
    }
}
