using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;

namespace TradingSystem.Execution.Desk;

/// <summary>
/// Stop-loss and take-profit of a group's position, as orders that wait at the venue: one of a kind, of the position's size, made anew
/// when it changes (the new one first) and gone with it. A position that stands without them for too long is closed at the market.
/// What is to be done is <see cref="LegPlan"/>'s.
/// </summary>
internal sealed class ProtectionKeeper(
    DeskContext desk, OpenOrders open, VenueListing listing, EntryNews entries, ProtectionMemory memory, MovesUnderWay underWay, Moves moves, MoveEnds ends, Legs legs, Cancels cancels)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly NakedRule _naked = new(desk.Parts.Options.NakedGrace, desk.Parts.Options.NakedPolicy != "flatten");

    public async Task BeatAsync(DateTimeOffset now)
    {
        if (!memory.MayHaveSome || memory.DueAt > now || !listing.IsReady)
        {
            return;
        }

        memory.DueAt = now + Period;
        var account = desk.AccountId;
        var rows = await desk.Store.ReadAsync(
            db => db.Protections.AsNoTracking().Where(p => p.AccountId == account && (p.StopLoss != null || p.TakeProfit != null || p.Removed)).ToListAsync(desk.Stop), desk.Stop);
        memory.MayHaveSome = rows.Count > 0 || open.All.Any(o => o.Row.IsProtection);
        if (!memory.MayHaveSome)
        {
            return;
        }

        var positions = await desk.Store.ReadAsync(db => db.Positions.AsNoTracking().Where(p => p.AccountId == account && p.Qty != 0m).ToListAsync(desk.Stop), desk.Stop);
        var ids = rows.ConvertAll(r => r.OrderId).ToArray();
        var sides = await desk.Store.ReadAsync(
            db => db.DeskOrders.AsNoTracking().Where(o => ids.Contains(o.OrderId) && o.Leg == DeskLegs.Entry).ToDictionaryAsync(o => o.OrderId, o => o.Side, desk.Stop), desk.Stop);
        foreach (var row in rows)
        {
            // A position that was turned is not the one that asked for it.
            await KeepAsync(
                row,
                positions.FindAll(
                    p => p.Qty > 0m == (sides.GetValueOrDefault(row.OrderId) == SideWords.Buy) || p.GroupId != row.GroupId || p.Symbol != row.Symbol),
                now);
        }

        // An orphan leg never outlives its position.
        await cancels.CancelLegsAsync(open.All.Where(o => o.Row.IsProtection && !rows.Exists(r => r.GroupId == o.GroupId && r.Symbol == o.Symbol)).ToList(), now);
    }

    private async Task KeepAsync(ProtectionRow row, List<Position> positions, DateTimeOffset now)
    {
        var grid = listing.Find(row.Symbol);
        var qty = LegPlan.InSteps(positions.Find(p => p.GroupId == row.GroupId && p.Symbol == row.Symbol)?.Qty ?? 0m, grid);
        var position = new Guarded(
            row, qty, open.Legs(row.GroupId, row.Symbol), underWay.Of(row.GroupId, row.Symbol), LegPlan.IsAlone(row, qty, positions, desk.Venue.Account.PositionMode),
            open.All.Any(o => o.Row.IsInFlight && o.GroupId == row.GroupId && o.Symbol == row.Symbol), grid);
        switch (LegPlan.Of(position, memory, now))
        {
            case LegPlan.Gone gone:
                await cancels.CancelLegsAsync(gone.Legs, now);
                if (gone.IsOver)
                {
                    await UnprotectAsync(row);
                }

                break;
            case LegPlan.OnItsWay:
                await ClockAsync(position, isWhole: false, isWaiting: true, positions, now);
                break;
            case LegPlan.Stand stand:
                await StandAsync(position, stand, positions, now);
                break;
        }
    }

    private async Task StandAsync(Guarded position, LegPlan.Stand plan, List<Position> positions, DateTimeOffset now)
    {
        foreach (var step in plan.Steps)
        {
            if (step is LegStep.Make make)
            {
                var type = make.Leg == DeskLegs.StopLoss ? DeskTypes.StopLoss : DeskTypes.TakeProfit;
                await legs.AddAsync(new(position.Row, make.Leg, type, make.Side, make.Qty, make.Trigger, position.Qty), positions);
            }
            else if (step is LegStep.Clear clear)
            {
                await cancels.CancelLegsAsync(clear.Legs, now);
            }
        }

        await cancels.CancelLegsAsync(plan.Leaving, now);
        if (plan.RunsClock)
        {
            await ClockAsync(position, plan.IsWhole, plan.IsWaiting, positions, now);
        }

        if (position.Move is { } move)
        {
            await moves.CarryOnAsync(move, position.Row, position.Qty, plan.IsDone, now);
        }
    }

    /// <summary>Counts the time without protection, and ends it.</summary>
    private async Task ClockAsync(Guarded position, bool isWhole, bool isWaiting, List<Position> positions, DateTimeOffset now)
    {
        var seen = position.Row;
        if (isWhole)
        {
            await WholeAsync(seen);
            return;
        }

        if (seen.NakedSince is not { } naked)
        {
            await desk.Store.RunAsync(
                async work =>
                {
                    (await work.ProtectionAsync(seen)).NakedSince ??= work.Now;
                    return true;
                },
                desk.Stop);
            return;
        }

        var stood = now - naked;
        if (!IsOnItsWayOut(seen, now) && _naked.IsOver(stood, isWaiting, LegPlan.IsBeyond(position, memory)))
        {
            DeskLog.Naked(desk.Log, seen.GroupId, seen.Symbol, stood.TotalSeconds);
            var side = SideWords.Of(position.Qty < 0m);
            await legs.AddAsync(new(seen, DeskLegs.Flatten, DeskTypes.Market, side, Math.Abs(position.Qty), null, position.Qty), positions);
        }
    }

    /// <summary>The position is protected as it is to be; its sender hears it once.</summary>
    private async Task WholeAsync(ProtectionRow seen)
    {
        var isProtected = (seen.StopLoss ?? seen.TakeProfit) is not null;
        if (seen.NakedSince is null && !(isProtected && await entries.IsUntoldAsync(seen.OrderId)))
        {
            return;
        }

        await desk.Store.RunAsync(
            async work =>
            {
                var row = await work.ProtectionAsync(seen);
                Count(row, work.Now);
                (row.NakedSince, row.UpdatedAt) = (null, work.Now);
                if (isProtected && await entries.EntryAsync(work, row.OrderId) is ({ State: DeskStates.Filled } entry, { Status: OrderStatus.Filled } order))
                {
                    await work.TellAsync(entry, order, OrderStatus.Protected, terminal: false);
                }

                return true;
            },
            desk.Stop);
    }

    /// <summary>An order to close it is out, or was refused a moment ago.</summary>
    private bool IsOnItsWayOut(ProtectionRow seen, DateTimeOffset now) => seen.Flattening
        && (open.HasWayOut(seen.GroupId, seen.Symbol) || memory.WasRefused(seen.GroupId, seen.Symbol, DeskLegs.Flatten, now));

    private async Task UnprotectAsync(ProtectionRow seen)
    {
        memory.ForgetBeyond(seen.GroupId, seen.Symbol);
        await desk.Store.RunAsync(
            async work =>
            {
                var row = await work.ProtectionAsync(seen);
                await entries.EndAsync(work, row.OrderId, OrderStatus.Closed, null);
                Count(row, work.Now);
                await ends.DropAsync(work, row);
                // The row stays for its seconds.
                (row.StopLoss, row.TakeProfit, row.Removed, row.NakedSince, row.Flattening, row.UpdatedAt) = (null, null, false, null, false, work.Now);
                return true;
            },
            desk.Stop);
    }

    private static void Count(ProtectionRow row, DateTimeOffset now)
    {
        if (row.NakedSince is { } since)
        {
            row.NakedSeconds += (decimal)(now - since).TotalSeconds;
            DeskTelemetry.Unprotected((now - since).TotalSeconds);
        }
    }
}
