using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>Sets a symbol's leverage at the venue before an entry leaves that was decided on it. The venue has one a symbol, whoever trades it.</summary>
internal sealed class Leverages(DeskContext desk, OpenOrders open, OrderChanges changes, VenueListing listing, SetLeverages leverages, ModeWatch modes)
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    /// <summary>False for what the check will refuse in any case: nothing is changed at the venue for it.</summary>
    public async Task<bool> IsToBeSetAsync(DeskOrder order, TradeDecision decision)
    {
        var controls = await desk.Store.ReadAsync(db => ControlStore.ReadAsync(db, desk.Parts.Options, desk.Stop), desk.Stop);
        var gate = controls.Gate(order.GroupId, order.AccountId);
        return (order.ByCommand || gate.Refusal(decision) is null) && DecisionCheck.BadLeverage(decision, listing.Find(order.Symbol)!.ToInstrument(), gate.Limits) is null;
    }

    /// <summary>
    /// Why an order is refused that would only add risk, before anything is changed at the venue for it: the position that is there already would have the new
    /// leverage, too.
    /// </summary>
    public async Task<RejectionReason?> HeldAsync(DeskOrder order, TradeDecision decision)
    {
        var controls = await desk.Store.ReadAsync(db => ControlStore.ReadAsync(db, desk.Parts.Options, desk.Stop), desk.Stop);
        var gate = controls.Gate(order.GroupId, order.AccountId);
        var held = order.ByCommand ? null : gate.RefusalOfIncrease(null) ?? gate.Blackout(decision.GroupName, order.Symbol, desk.Now);
        return held is not null && !await IsAgainstPositionAsync(order, decision) ? held : null;
    }

    private async Task<bool> IsAgainstPositionAsync(DeskOrder order, TradeDecision decision)
    {
        var (account, group, symbol) = (desk.AccountId, order.GroupId, order.Symbol);
        var held = await desk.Store.ReadAsync(
            db => db.Positions.AsNoTracking().Where(p => p.AccountId == account && p.GroupId == group && p.Symbol == symbol).Select(p => p.Qty).SumAsync(desk.Stop), desk.Stop);
        return held * (decision.Action == TradeAction.Long ? 1m : -1m) < 0m;
    }

    /// <summary>
    /// Another group's position and orders that are out were sized with theirs; null where there is none. The group's own position is counted
    /// anew with the new one.
    /// </summary>
    public async Task<decimal?> InUseAsync(DeskOrder order)
    {
        if (open.OtherLeverage(order) is { } other)
        {
            return other;
        }

        var (account, leverage) = (desk.AccountId, order.Leverage);
        return await desk.Store.ReadAsync(
            db => db.Positions.AsNoTracking()
                .Where(p => p.AccountId == account && p.GroupId != order.GroupId && p.Symbol == order.Symbol && p.Qty != 0m && p.Leverage != leverage)
                .Select(p => (decimal?)p.Leverage).FirstOrDefaultAsync(desk.Stop),
            desk.Stop);
    }

    public void Set(string symbol, decimal leverage)
    {
        if (leverages.Begin(symbol))
        {
            var setup = new SymbolSetup(symbol, leverage, desk.Venue.Account.MarginMode, desk.Venue.Account.PositionMode);
            desk.Send(async token => new Prepared(symbol, leverage, await desk.Venue.PrepareAsync(setup, token)));
        }
    }

    /// <summary>True when what waited for it is due.</summary>
    public async Task<bool> AnsweredAsync(Prepared prepared)
    {
        leverages.End(prepared.Symbol);
        var waiting = open.All.Where(o => o.State == DeskStates.Pending && o.Symbol == prepared.Symbol).OrderBy(o => o.Seq).ToList();
        var now = desk.Now;
        if (prepared.Reply.IsAccepted)
        {
            await modes.TellAsync(null);
            await TakeOverAsync(prepared.Symbol, prepared.Leverage);
            leverages.Set(prepared.Symbol, prepared.Leverage);
            waiting.ForEach(o => o.LookAt(now));
            return true;
        }

        if (prepared.Reply.Refusal is { } refusal && !Refusals.IsPassing(refusal.Meaning))
        {
            // Without the leverage it was decided on, an order would be another one.
            leverages.Forget(prepared.Symbol);
            if (ModeWatch.IsOfModes(refusal))
            {
                await modes.TellAsync(refusal);
            }

            foreach (var order in waiting.Where(o => o.Decision is { } d && d.Action != TradeAction.Close && d.Leverage == prepared.Leverage))
            {
                await changes.RefuseAsync(order.ClientId, Refusals.Of(refusal));
            }
        }
        else
        {
            waiting.ForEach(o => o.LookAt(now + Again));
        }

        return false;
    }

    /// <summary>The group's position has the venue's leverage from now on, also when the order that asked for it only reduces.</summary>
    private Task<bool> TakeOverAsync(string symbol, decimal leverage) => desk.Store.RunAsync(
        async work =>
        {
            await work.LedgerAsync();
            var others = work.Positions.Where(p => p.Symbol == symbol && p.Leverage != leverage).ToList();
            others.ForEach(p => p.Leverage = leverage);
            if (others.Count > 0)
            {
                work.AccountChanged();
            }

            return others.Count > 0;
        },
        desk.Stop);
}
