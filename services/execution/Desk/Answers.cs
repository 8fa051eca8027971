using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>What comes back from the venue: answers to requests, what a look found, and what its stream tells.</summary>
internal sealed class Answers(
    DeskContext desk, OpenOrders open, OrderChanges changes, Turns turns, FillBooker fills, ForeignFills foreign, FeePrices fees, Funding funding, ModeWatch modes, SnapshotClock clock)
{
    private readonly OrderLook _look = new(desk.Venue, desk.Parts.Time, desk.IsOtherAsync);

    /// <summary>Finds out, beside the desk, what became of an order.</summary>
    public void Look(OpenOrder order, DateTimeOffset now)
    {
        open.Begin(order.ClientId);
        var (row, provable) = (order.Row, desk.Machine.IsProvable(order.Row, now));
        desk.Send(async token =>
        {
            var look = await _look.AtAsync(row, provable, token);
            await fees.AskAsync(look.Fills, token);
            return new Looked(row.ClientId, look);
        });
    }

    public async Task PostedAsync(Posted posted)
    {
        open.Answered(posted.ClientId);
        if (posted.Reply.Refusal is { } refusal)
        {
            DeskLog.Refused(desk.Log, posted.ClientId, refusal.Meaning, refusal.Code, refusal.Message);
            if (ModeWatch.IsOfModes(refusal))
            {
                await modes.DifferAsync(refusal);
            }
        }
        else if (posted.Reply.IsUnknown)
        {
            DeskLog.Unknown(desk.Log, posted.ClientId, posted.Reply.Why);
        }

        if (open.Get(posted.ClientId) is { } held && held.Row.Sends == posted.Send)
        {
            await changes.ChangeAsync(posted.ClientId, (work, order) => Task.FromResult(desk.Machine.Answered(order, posted.Reply, work.Now)));
        }
    }

    public async Task LookedAsync(Looked looked)
    {
        open.Answered(looked.ClientId);
        if (open.Get(looked.ClientId) is not { } held)
        {
            return;
        }

        var look = looked.Look;
        if (look is { Outcome: LookOutcome.Found, Fills.Count: 0, Order: { IsOpen: true } told } && !TellsNew(held.Row, told))
        {
            held.Seen(desk.Machine, desk.Now);
            return;
        }

        await changes.ChangeAsync(looked.ClientId, (work, order) => FoundAsync(work, order, look));
    }

    public async Task StreamedAsync(VenueEvent happened)
    {
        switch (happened)
        {
            case OrderChanged { Order: var told } when open.Find(told.ClientId, told.VenueId) is { } order:
                if (TellsNew(order.Row, told))
                {
                    await changes.ChangeAsync(order.ClientId, (work, o) => Task.FromResult(desk.Machine.Found(o, told, work.Now)));
                }

                break;
            case FillSeen { Fill: var fill }:
                await FillSeenAsync(fill);
                break;
            case FundingSettled { Payment: var payment }:
                await funding.SeenAsync(payment);
                break;
            case PositionLiquidated:
                // The insurance may have paid, and other orders went with it.
                clock.Soon(desk.Now);
                break;
            case StreamOpened or StreamGap:
                DeskLog.Gap(desk.Log, desk.AccountId, (happened as StreamGap)?.Reason ?? "opened");
                MissedSome(desk.Now);
                break;
        }
    }

    /// <summary>The venue tells of an order something that the row does not say.</summary>
    public static bool TellsNew(DeskOrder order, VenueOrder told) =>
        order.State != DeskStates.Working || order.VenueOrderId is null || !told.IsOpen || told.Status == VenueOrderStatus.Triggering
        || (told.TriggeredOrderId is not null && order.TriggeredOrderId != told.TriggeredOrderId);

    private async Task<DeskNews> FoundAsync(DeskWork work, DeskOrder order, Look look)
    {
        switch (look.Outcome)
        {
            case LookOutcome.NotSeen:
                return desk.Machine.NotSeen(order, work.Now);
            case LookOutcome.Absent:
                var isYoung = open.DecisionOf(order) is { } decision && turns.IsYoung(order, decision, work.Now);
                return order.State == DeskStates.Working ? desk.Machine.NotSeen(order, work.Now) : desk.Machine.Absent(order, isYoung, work.Now);
        }

        var booked = await fills.BookAsync(work, order, look.Fills);
        var found = DeskNews.None;
        if (look.Order is { } seen)
        {
            found = desk.Machine.Found(order, seen, work.Now);
            desk.Machine.Seen(order, work.Now);
        }

        return found == DeskNews.None ? booked : found;
    }

    private async Task FillSeenAsync(VenueFill fill)
    {
        var order = open.Find(fill.ClientId, fill.VenueOrderId);
        if (order is not null && fill.Fee is null)
        {
            // The message does not tell what it cost; the venue's list does.
            order.LookAt(desk.Now);
            return;
        }

        var clientId = order?.ClientId ?? await fills.OwnerOfAsync(fill.ClientId, fill.VenueOrderId);
        if (clientId is null)
        {
            if (fill.IsLiquidation)
            {
                await foreign.SeenAsync(fill);
            }

            // Somebody else trades on the account, or the venue itself does.
            clock.Soon(desk.Now);
            return;
        }

        await changes.ChangeAsync(clientId, (work, o) => fills.BookAsync(work, o, [fill]));
    }

    /// <summary>What happened meanwhile is read, and every order that is out is looked at.</summary>
    private void MissedSome(DateTimeOffset now)
    {
        clock.At(now);
        foreach (var order in open.All.Where(o => o.Row.IsOut && o.CheckAt > now && o.State != DeskStates.Sending))
        {
            order.LookAt(now);
        }
    }
}
