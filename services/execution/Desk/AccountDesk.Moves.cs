using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Legs;
using TradingSystem.Execution.Limits;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Protection;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>
/// Legs that are moved, one wish at a time of a group's position. What the position is to have is saved first; then the new legs are placed,
/// and only when all of them work the old ones go. Where other groups hold the same position at the venue both could fill, so there the old
/// one goes first, while the clock of naked positions runs. A refusal takes everything back. Begun anew from the tables it goes on.
/// </summary>
public sealed partial class AccountDesk
{
    private readonly Dictionary<(Guid Group, string Symbol), Moving> _moving = [];
    private bool _movesDue = true;

    /// <summary>Nothing can be sent, so what waits is refused; what was begun goes on with a key that works.</summary>
    internal static async Task RefuseMovesAsync(DeskStore store, RejectionReason reason, CancellationToken cancellationToken)
    {
        var account = store.AccountId;
        await store.RunAsync(
            async work =>
            {
                foreach (var move in await work.Db.ProtectionMoves.Where(m => m.AccountId == account && m.State == MoveStates.Waiting).OrderBy(m => m.Seq).ToListAsync(cancellationToken))
                {
                    Tell(work, move, move.Refuse(reason, work.Now));
                }

                return true;
            },
            cancellationToken);
    }

    /// <summary>Begins with what is new in the tables; of one position one after the other.</summary>
    private async Task TakeMovesAsync()
    {
        _movesDue = false;
        var account = _store.AccountId;
        var open = await _store.ReadAsync(
            db => db.ProtectionMoves.AsNoTracking().Where(m => m.AccountId == account && (m.State == "waiting" || m.State == "moving")).OrderBy(m => m.Seq).ToListAsync(_stop), _stop);
        var held = new HashSet<(Guid, string)>();
        foreach (var move in open.OrderByDescending(m => m.State == MoveStates.Moving).ThenBy(m => m.Seq))
        {
            var key = (move.GroupId, move.Symbol);
            if (move.State == MoveStates.Moving)
            {
                _moving.TryAdd(key, new(move, Now));
                held.Add(key);
            }
            else if (held.Add(key))
            {
                await BeginMoveAsync(move);
            }
        }
    }

    private async Task BeginMoveAsync(ProtectionMove wish)
    {
        var age = Now - wish.CreatedAt;
        var tooOld = age <= Terms.MaxDecisionAge ? null : _isReady ? Rejections.DecisionTooOld(Terms.MaxDecisionAge, age) : Refusals.VenueUnreachable(Terms.MaxDecisionAge);
        if (tooOld is null && (!_isReady || IsClosing(wish)))
        {
            // What closes it decides first what there is to protect.
            return;
        }

        var moved = await _store.RunAsync(
            async work =>
            {
                var move = await work.Db.ProtectionMoves.SingleAsync(m => m.Id == wish.Id, _stop);
                if (move.State == MoveStates.Waiting && (tooOld ?? await BeginAsync(work, move)) is { } refused)
                {
                    Tell(work, move, move.Refuse(refused, work.Now));
                }

                return move;
            },
            _stop);
        if (moved.State == MoveStates.Moving)
        {
            _moving[(moved.GroupId, moved.Symbol)] = new(moved, Now);
            _hasProtections = true;
            _protectDue = default;
        }
        else if (!moved.IsOpen)
        {
            _movesDue = true;
        }
    }

    /// <summary>Saves what the position is to have from here on; why not, where it may not.</summary>
    private async Task<RejectionReason?> BeginAsync(DeskWork work, ProtectionMove move)
    {
        var account = _store.AccountId;
        var qty = await work.Db.Positions.Where(p => p.AccountId == account && p.GroupId == move.GroupId && p.Symbol == move.Symbol).Select(p => p.Qty).SingleOrDefaultAsync(_stop);
        if (qty == 0m)
        {
            return MoveReasons.NoPosition(move.Symbol);
        }

        if (!_instruments.TryGetValue(move.Symbol, out var instrument))
        {
            return Refusals.NotListed(move.Symbol, _venue.Name);
        }

        // Without a price of our own the venue, which has one, refuses what it has reached.
        var price = _parts.Prices.IsFresh(move.Symbol) ? _parts.Prices.Find(move.Symbol)?.Price : null;
        var (asked, refusal) = ProtectionRules.CheckMove(move.Asked, qty > 0m, price, instrument.ToInstrument());
        if (refusal is not null)
        {
            return refusal;
        }

        var row = await work.Db.Protections.SingleOrDefaultAsync(p => p.AccountId == account && p.GroupId == move.GroupId && p.Symbol == move.Symbol, _stop);
        var isTracked = row is not null && ((row.StopLoss ?? row.TakeProfit) is not null || row.Removed);
        var side = SideWords.Of(qty > 0m);
        if (isTracked)
        {
            var rests = await work.Db.DeskOrders.AsNoTracking().Where(o => o.OrderId == row!.OrderId && o.Leg == DeskLegs.Entry && o.Side == side).Select(o => new { o.Decision }).FirstOrDefaultAsync(_stop);
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
                .Where(o => o.GroupId == move.GroupId && o.AccountId == account && o.Symbol == move.Symbol && o.Side == side && o.AvgPrice != null && o.ProtectsDecisionId == null && o.Action != ActionWords.Close)
                .OrderByDescending(o => o.Seq).FirstOrDefaultAsync(_stop);
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

    /// <summary>A leg or the way out is on its way.</summary>
    private bool IsClosing(ProtectionMove move) => _open.Values.Any(
        o => o.GroupId == move.GroupId && o.Symbol == move.Symbol && (o.Leg == DeskLegs.Flatten || (o is { IsProtection: true, State: DeskStates.Working } && !Works(o))));

    private Moving? MoveOf(ProtectionRow row) => _moving.GetValueOrDefault((row.GroupId, row.Symbol));

    /// <summary>The position stood without such a leg before, so it is not naked for want of the new one.</summary>
    private static bool IsAdded(Moving? moving, string leg) =>
        moving is { Move: var move } && (leg == DeskLegs.StopLoss ? move.MovesStop && move.StopBefore is null : move.MovesTake && move.TakeBefore is null);

    /// <summary>The group's position is all that the venue holds there: a second leg finds nothing more to reduce.</summary>
    private bool IsAlone(ProtectionRow row, decimal qty, List<Position> positions) => !positions.Exists(
        p => p.Symbol == row.Symbol && p.GroupId != row.GroupId && (_venue.Account.PositionMode == PositionMode.OneWay || p.Qty > 0m == qty > 0m));

    private async Task CarryMoveOnAsync(Moving moving, ProtectionRow seen, decimal held, bool isDone, DateTimeOffset now)
    {
        var refused = isDone ? null : moving.Refused ?? (now - moving.Since >= LongestNaked ? MoveReasons.NotTaken(LongestNaked) : null);
        if (!isDone && refused is null)
        {
            return;
        }

        await _store.RunAsync(
            async work =>
            {
                var move = await work.Db.ProtectionMoves.SingleAsync(m => m.Id == moving.Move.Id, _stop);
                var row = await RowAsync(work, seen);
                if (refused is not null)
                {
                    row.StopLoss = move.MovesStop ? move.StopBefore : row.StopLoss;
                    row.TakeProfit = move.MovesTake ? move.TakeBefore : row.TakeProfit;
                    (row.Removed, row.UpdatedAt) = (move.WasRemoved && (row.StopLoss ?? row.TakeProfit) is null, work.Now);
                    Tell(work, move, move.Refuse(refused, work.Now));
                    return true;
                }

                var isProtected = (row.StopLoss ?? row.TakeProfit) is not null;
                if (!isProtected && await EntryAsync(work, row.OrderId) is (_, { Status: OrderStatus.Protected } order))
                {
                    // The move's own update tells it.
                    (order.Status, order.UpdatedAt) = (OrderStatus.Filled, work.Now);
                }

                Tell(work, move, move.Finish(held, isProtected, work.Now));
                return true;
            },
            _stop);
        Forget(moving);
    }

    /// <summary>A later decision's protection takes the place of what is being moved.</summary>
    private Task SupersedeMoveAsync(DeskWork work, DeskOrder order) => EndMoveAsync(work, (order.GroupId, order.Symbol), move => move.Refuse(MoveReasons.Superseded, work.Now));

    /// <summary>The position is gone.</summary>
    private Task DropMoveAsync(DeskWork work, ProtectionRow row) => EndMoveAsync(work, (row.GroupId, row.Symbol), move => move.Drop(MoveReasons.PositionClosed, work.Now));

    private async Task EndMoveAsync(DeskWork work, (Guid Group, string Symbol) key, Func<ProtectionMove, OrderUpdate> end)
    {
        if (_moving.GetValueOrDefault(key) is { } moving)
        {
            var move = await work.Db.ProtectionMoves.SingleAsync(m => m.Id == moving.Move.Id, _stop);
            Tell(work, move, end(move));
            Forget(moving);
        }
    }

    private void Forget(Moving moving)
    {
        var key = (moving.Move.GroupId, moving.Move.Symbol);
        _moving.Remove(key);
        // What it goes back to does not wait for what was refused.
        _legRefused.Remove((key.GroupId, key.Symbol, DeskLegs.StopLoss));
        _legRefused.Remove((key.GroupId, key.Symbol, DeskLegs.TakeProfit));
        _protectDue = default;
        _movesDue = true;
    }

    /// <summary>A leg that was to be moved to was refused; true where that is not the position's misfortune but the move's.</summary>
    private bool RefusesMove(DeskOrder leg)
    {
        if (!leg.IsProtection || !_moving.TryGetValue((leg.GroupId, leg.Symbol), out var moving) || leg.CreatedAt < moving.Move.BegunAt
            || !(leg.Leg == DeskLegs.StopLoss ? moving.Move.MovesStop : moving.Move.MovesTake))
        {
            return false;
        }

        if (Refusals.Code(RefusalMeaning.PositionGone).Is(leg.ReasonCode))
        {
            SnapshotSoon();
        }

        // One that certainly never was there is made again, under another id.
        moving.Refused = leg.ReasonCode is not { } code || Cancelled.Code.Is(code) ? moving.Refused
            : Refusals.Code(RefusalMeaning.WouldTriggerNow).Is(code) ? MoveReasons.WrongSide(leg.Leg == DeskLegs.StopLoss ? LegKinds.StopLoss : LegKinds.TakeProfit, leg.TriggerPrice, leg.ReasonMessage)
            : new(ReasonCodes.Kept(code), null, leg.ReasonValue, null, leg.ReasonMessage ?? "The venue refused the leg.");
        return true;
    }

    private static void Tell(DeskWork work, ProtectionMove move, OrderUpdate update)
    {
        move.AnnouncedAt = work.Now;
        work.Db.OrderSteps.Add(new OrderStepRow { Id = update.Id, OrderId = update.OrderId, AccountId = update.AccountId, Payload = DeskJson.Write(update), CreatedAt = work.Now });
    }

    /// <param name="Since">Since when this desk is at it.</param>
    private sealed record Moving(ProtectionMove Move, DateTimeOffset Since)
    {
        public RejectionReason? Refused { get; set; }
    }
}
