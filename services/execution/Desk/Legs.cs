using System.Globalization;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>A leg, or the way out, that a position is to have.</summary>
/// <param name="Trigger">Null for the way out.</param>
/// <param name="Held">The position, below 0 short.</param>
internal sealed record NewLeg(ProtectionRow Seen, string Leg, string Type, string Side, decimal Qty, decimal? Trigger, decimal Held);

/// <summary>Legs of positions' protection, and their ways out, from the intent to the request.</summary>
internal sealed class Legs(DeskContext desk, OpenOrders open, VenueListing listing, OrderChanges changes, Requests requests)
{
    /// <summary>An intent, saved before anything is sent, with an id that was never used.</summary>
    /// <param name="positions">Of all groups on the account.</param>
    public async Task AddAsync(NewLeg leg, List<Position> positions)
    {
        var net = positions.Where(p => p.Symbol == leg.Seen.Symbol).Sum(p => p.Qty);
        var isHedge = desk.Venue.Account.PositionMode == PositionMode.Hedge;
        var added = await desk.Store.RunAsync(
            async work =>
            {
                var row = await work.ProtectionAsync(leg.Seen);
                row.Resizes++;
                row.UpdatedAt = work.Now;
                row.Flattening |= leg.Leg == DeskLegs.Flatten;
                var entry = await work.Db.DeskOrders.AsNoTracking().SingleAsync(o => o.OrderId == row.OrderId && o.Leg == DeskLegs.Entry, desk.Stop);
                var order = Order(leg, entry, row.Resizes, isHedge, net, work.Now);
                work.Db.DeskOrders.Add(order);
                return order;
            },
            desk.Stop);
        open.Add(added);
        await SendAsync(open.Get(added.ClientId)!);
    }

    /// <summary>Protection is held back by nothing but its own symbol's orders.</summary>
    public async Task SendAsync(OpenOrder leg)
    {
        if (!listing.IsReady || (leg.Leg == DeskLegs.Flatten && open.All.Any(o => o.ClientId != leg.ClientId && o.Row.IsInFlight && o.Symbol == leg.Symbol)))
        {
            leg.LookAt(desk.Now + DeskContext.Beat);
            return;
        }

        var isWanted = leg.Wish is null && (leg.Leg == DeskLegs.Flatten || leg.Row.Sends == 0);
        await changes.ChangeAsync(
            leg.ClientId,
            (work, order) => Task.FromResult(isWanted ? desk.Machine.Send(order, work.Now) : desk.Machine.Refuse(order, OrderChanges.Cancelled)));
        if (open.Get(leg.ClientId) is not { State: DeskStates.Sending } sent)
        {
            return;
        }

        if (sent.Leg == DeskLegs.Flatten)
        {
            requests.Post(sent.Row);
        }
        else
        {
            requests.PostLeg(sent.Row);
        }
    }

    /// <param name="entry">Whose position it is of.</param>
    /// <param name="number">Counts the legs that were made of it.</param>
    /// <param name="net">What the venue holds of the symbol for all groups, below 0 short: of less than the leg it could not reduce.</param>
    public static DeskOrder Order(NewLeg leg, DeskOrder entry, int number, bool isHedge, decimal net, DateTimeOffset now) => new()
    {
        ClientId = OrderIds.ClientOrder(entry.DecisionId, leg.Leg[0]) + number.ToString(CultureInfo.InvariantCulture),
        OrderId = entry.OrderId,
        DecisionId = entry.DecisionId,
        AccountId = entry.AccountId,
        GroupId = entry.GroupId,
        Leg = leg.Leg,
        Symbol = entry.Symbol,
        Type = leg.Type,
        Side = leg.Side,
        Qty = leg.Qty,
        TriggerPrice = leg.Trigger,
        Leverage = entry.Leverage,
        PositionSide = !isHedge ? null : PositionWords.Of(leg.Held),
        ReduceOnly = !isHedge && net * leg.Held > 0m && Math.Abs(net) >= leg.Qty,
        State = DeskStates.Pending,
        CheckAt = now,
        CreatedAt = now,
        UpdatedAt = now,
    };
}
