using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;

namespace TradingSystem.Execution.Desk;

/// <summary>Size, checks and shape of an order on the books as they are now, for one that is to leave as for one that is only asked about.</summary>
internal sealed class OrderCheck(DeskContext desk, OpenOrders open, VenueListing listing)
{
    /// <param name="isAsked">Nothing is to leave.</param>
    public async Task<(Verdict Verdict, DeskNews News, TradingState State)> DecideAsync(DeskOrder order, TradeDecision decision, DeskWork work, bool isAsked = false)
    {
        var controls = await work.ControlsAsync();
        var ledger = await work.LedgerAsync(controls.CountsOrders);
        var gate = controls.Gate(order.GroupId, order.AccountId);
        var seen = ledger.State(order.GroupId, desk.Parts.Prices, work.Now);
        var reserved = open.Reserved(order.ClientId, symbol => desk.Parts.Prices.Find(symbol)?.Price);
        seen = seen with { Exposures = [.. seen.Exposures, .. reserved], OpenOrders = open.CountOut(decision.GroupId) };
        // What rests would be taken back before one that is meant leaves.
        var remaining = isAsked && Turns.TakesBack(order, decision) ? decision : open.Remaining(order, decision, seen.QtyOf(order.Symbol));
        var verdict = remaining is null ? DecisionCheck.Refuse(decision, Refusals.Closing(Math.Abs(seen.QtyOf(order.Symbol)), open.Closing(order, before: false)))
            : AccountGate.Refusal(decision, ledger.Account) is { } inactive ? DecisionCheck.Refuse(decision, inactive)
            : order.CancelRequestedAt is not null ? DecisionCheck.Refuse(decision, gate.Refusal(decision) ?? OrderChanges.Cancelled)
            : desk.Parts.Check.Check(remaining, seen, desk.Parts.Prices.Find(order.Symbol), work.Now, gate, order.ByCommand, listing.Find(order.Symbol)!.ToInstrument());
        return (verdict, verdict.Fill is { } fill ? Shape(order, work, fill) : desk.Machine.Refuse(order, verdict.Reason!), gate.State);
    }

    /// <summary>All of a reason; the desk's own row has no room for the limit and for what would have done.</summary>
    public static async Task ReasonAsync(DeskWork work, DeskOrder order, RejectionReason reason)
    {
        var told = await work.OrderAsync(order);
        (told.ReasonCode, told.ReasonLimit, told.ReasonValue, told.ReasonNearestAcceptable, told.ReasonMessage) =
            (reason.Code.Word, reason.Limit, StoredText.Of(reason.Value), reason.NearestAcceptable, StoredText.Of(reason.Message));
    }

    private DeskNews Shape(DeskOrder order, DeskWork work, PlannedFill fill)
    {
        var net = work.Positions.Where(p => p.Symbol == order.Symbol).Sum(p => p.Qty);
        var shape = new OrderShape(work.QtyOf(order.GroupId, order.Symbol), net, desk.Venue.Account.PositionMode, open.LostIn(order.Symbol)?.Row);
        return shape.Give(order, fill) is { } refused ? desk.Machine.Refuse(order, refused) : desk.Machine.Send(order, work.Now);
    }
}
