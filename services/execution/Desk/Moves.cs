using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Legs;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;

namespace TradingSystem.Execution.Desk;

/// <summary>
/// Legs that are moved, one wish at a time of a group's position. What the position is to have is saved first; then the new legs are placed,
/// and only when all of them work the old ones go. Where other groups hold the same position at the venue both could fill, so there the old
/// one goes first, while the clock of naked positions runs. A refusal takes everything back. Begun anew from the tables it goes on.
/// </summary>
internal sealed class Moves(DeskContext desk, OpenOrders open, VenueListing listing, EntryNews entries, ProtectionMemory memory, MovesUnderWay underWay, MoveEnds ends)
{
    public async Task BeatAsync()
    {
        if (underWay.IsDue)
        {
            await TakeAsync();
        }
    }

    /// <summary>Begins with what is new in the tables; of one position one after the other.</summary>
    public async Task TakeAsync()
    {
        underWay.IsDue = false;
        var account = desk.AccountId;
        var waiting = await desk.Store.ReadAsync(
            db => db.ProtectionMoves.AsNoTracking().Where(m => m.AccountId == account && (m.State == "waiting" || m.State == "moving")).OrderBy(m => m.Seq).ToListAsync(desk.Stop), desk.Stop);
        var held = new HashSet<(Guid, string)>();
        foreach (var move in waiting.OrderByDescending(m => m.State == MoveStates.Moving).ThenBy(m => m.Seq))
        {
            var key = (move.GroupId, move.Symbol);
            if (move.State == MoveStates.Moving)
            {
                underWay.GoOn(move, desk.Now);
                held.Add(key);
            }
            else if (held.Add(key))
            {
                await BeginAsync(move);
            }
        }
    }

    /// <summary>Ends it when it is done, or when the venue does not take it, which takes everything back.</summary>
    /// <param name="held">The position that the legs cover, below 0 short.</param>
    public async Task CarryOnAsync(Moving moving, ProtectionRow seen, decimal held, bool isDone, DateTimeOffset now)
    {
        var refused = isDone ? null : moving.Refused ?? (now - moving.Since >= NakedRule.Longest ? MoveReasons.NotTaken(NakedRule.Longest) : null);
        if (!isDone && refused is null)
        {
            return;
        }

        await desk.Store.RunAsync(
            async work =>
            {
                var move = await work.Db.ProtectionMoves.SingleAsync(m => m.Id == moving.Move.Id, desk.Stop);
                var row = await work.ProtectionAsync(seen);
                if (refused is not null)
                {
                    row.StopLoss = move.MovesStop ? move.StopBefore : row.StopLoss;
                    row.TakeProfit = move.MovesTake ? move.TakeBefore : row.TakeProfit;
                    (row.Removed, row.UpdatedAt) = (move.WasRemoved && (row.StopLoss ?? row.TakeProfit) is null, work.Now);
                    MoveEnds.Tell(work, move, move.Refuse(refused, work.Now));
                    return true;
                }

                var isProtected = (row.StopLoss ?? row.TakeProfit) is not null;
                if (!isProtected && await entries.EntryAsync(work, row.OrderId) is (_, { Status: OrderStatus.Protected } order))
                {
                    // The move's own update tells it.
                    (order.Status, order.UpdatedAt) = (OrderStatus.Filled, work.Now);
                }

                MoveEnds.Tell(work, move, move.Finish(held, isProtected, work.Now));
                return true;
            },
            desk.Stop);
        ends.Forget(moving);
    }

    private async Task BeginAsync(ProtectionMove wish)
    {
        var age = desk.Now - wish.CreatedAt;
        var limit = desk.Terms.MaxDecisionAge;
        var tooOld = age <= limit ? null : listing.IsReady ? Rejections.DecisionTooOld(limit, age) : Refusals.VenueUnreachable(limit);
        if (tooOld is null && (!listing.IsReady || open.IsClosing(wish)))
        {
            // What closes it decides first what there is to protect.
            return;
        }

        var moved = await desk.Store.RunAsync(
            async work =>
            {
                var move = await work.Db.ProtectionMoves.SingleAsync(m => m.Id == wish.Id, desk.Stop);
                if (move.State == MoveStates.Waiting && (tooOld ?? await SaveAsync(work, move)) is { } refused)
                {
                    MoveEnds.Tell(work, move, move.Refuse(refused, work.Now));
                }

                return move;
            },
            desk.Stop);
        if (moved.State == MoveStates.Moving)
        {
            underWay.Begin(moved, desk.Now);
            memory.Look();
        }
        else if (!moved.IsOpen)
        {
            underWay.IsDue = true;
        }
    }

    /// <summary>Saves what the position is to have from here on; why not, where it may not.</summary>
    private async Task<RejectionReason?> SaveAsync(DeskWork work, ProtectionMove move)
    {
        var account = desk.AccountId;
        var qty = await work.Db.Positions
            .Where(p => p.AccountId == account && p.GroupId == move.GroupId && p.Symbol == move.Symbol).Select(p => p.Qty)
            .SingleOrDefaultAsync(desk.Stop);
        if (qty == 0m)
        {
            return MoveReasons.NoPosition(move.Symbol);
        }

        if (listing.Find(move.Symbol) is not { } instrument)
        {
            return Refusals.NotListed(move.Symbol, listing.Venue);
        }

        // Without a price of our own the venue, which has one, refuses what it has reached.
        var price = desk.Parts.Prices.IsFresh(move.Symbol) ? desk.Parts.Prices.Find(move.Symbol)?.Price : null;
        var (asked, refusal) = ProtectionRules.CheckMove(move.Asked, qty > 0m, price, instrument.ToInstrument());
        if (refusal is not null)
        {
            return refusal;
        }

        var row = await work.Db.Protections.SingleOrDefaultAsync(p => p.AccountId == account && p.GroupId == move.GroupId && p.Symbol == move.Symbol, desk.Stop);
        var isTracked = row is not null && ((row.StopLoss ?? row.TakeProfit) is not null || row.Removed);
        var side = SideWords.Of(qty > 0m);
        if (isTracked)
        {
            var rests = await work.Db.DeskOrders.AsNoTracking().Where(o => o.OrderId == row!.OrderId && o.Leg == DeskLegs.Entry && o.Side == side)
                .Select(o => new { o.Decision }).FirstOrDefaultAsync(desk.Stop);
            if (rests is null)
            {
                // The position was turned: the legs of the one before go first.
                return null;
            }

            if (rests.Decision is { } text && DeskJson.ReadDecision(text) is var later && later.CreatedAt > move.CreatedAt
                && ((move.MovesStop && later.StopLoss is not null) || (move.MovesTake && later.TakeProfit is not null)))
            {
                return MoveReasons.Superseded;
            }
        }

        if (row is null)
        {
            row = new ProtectionRow { AccountId = account, GroupId = move.GroupId, Symbol = move.Symbol };
            work.Db.Protections.Add(row);
        }

        if (!isTracked)
        {
            var entry = await work.Db.Orders.AsNoTracking()
                .Where(o => o.GroupId == move.GroupId && o.AccountId == account && o.Symbol == move.Symbol && o.Side == side
                    && o.AvgPrice != null && o.ProtectsDecisionId == null && o.Action != ActionWords.Close)
                .OrderByDescending(o => o.Seq).FirstOrDefaultAsync(desk.Stop);
            if (entry is null)
            {
                // It came to be in another way than by an order of this side, and there is nobody to tell of its legs.
                return MoveReasons.NoPosition(move.Symbol);
            }

            (row.OrderId, row.Flattening) = (entry.Id, false);
        }

        (move.StopBefore, move.TakeBefore, move.WasRemoved) = (row.StopLoss, row.TakeProfit, row.Removed);
        (move.State, move.BegunAt, move.UpdatedAt) = (MoveStates.Moving, work.Now, work.Now);
        row.StopLoss = move.MovesStop ? asked!.StopLoss : row.StopLoss;
        row.TakeProfit = move.MovesTake ? asked!.TakeProfit : row.TakeProfit;
        (row.Removed, row.UpdatedAt) = ((row.StopLoss ?? row.TakeProfit) is null, work.Now);
        return null;
    }
}
