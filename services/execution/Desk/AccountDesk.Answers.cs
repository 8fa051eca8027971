using TradingSystem.Execution.Orders;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>What comes back from the venue: answers to requests, what a look found, and what its stream tells.</summary>
public sealed partial class AccountDesk
{
    private async Task PostedAsync(Posted posted)
    {
        _busy.Remove(posted.ClientId);
        if (posted.Reply.Refusal is { } refusal)
        {
            DeskLog.Refused(_parts.Log, posted.ClientId, refusal.Meaning, refusal.Code, refusal.Message);
            if (IsOfModes(refusal))
            {
                // The next entry compares them first.
                _prepared.Clear();
                await TellModesAsync(refusal);
            }
        }
        else if (posted.Reply.IsUnknown)
        {
            DeskLog.Unknown(_parts.Log, posted.ClientId, posted.Reply.Why);
        }

        if (_open.TryGetValue(posted.ClientId, out var held) && held.Sends == posted.Send)
        {
            await ChangeAsync(posted.ClientId, (work, order) => Task.FromResult(_machine.Answered(order, posted.Reply, work.Now)));
        }
    }

    private async Task LookedAsync(Looked looked)
    {
        _busy.Remove(looked.ClientId);
        if (!_open.TryGetValue(looked.ClientId, out var held))
        {
            return;
        }

        var look = looked.Look;
        if (look is { Outcome: LookOutcome.Found, Fills.Count: 0, Order: { IsOpen: true } told } && !TellsNew(held, told))
        {
            _machine.Seen(held, Now);
            return;
        }

        await ChangeAsync(looked.ClientId, async (work, order) =>
        {
            switch (look.Outcome)
            {
                case LookOutcome.NotSeen:
                    return _machine.NotSeen(order, work.Now);
                case LookOutcome.Absent:
                    return order.State == DeskStates.Working ? _machine.NotSeen(order, work.Now) : _machine.Absent(order, IsYoung(order, work.Now), work.Now);
            }

            var booked = await BookAsync(work, order, look.Fills);
            var found = DeskNews.None;
            if (look.Order is { } seen)
            {
                found = _machine.Found(order, seen, work.Now);
                _machine.Seen(order, work.Now);
            }

            return found == DeskNews.None ? booked : found;
        });
    }

    private async Task StreamedAsync(VenueEvent happened)
    {
        switch (happened)
        {
            case OrderChanged { Order: var told } when Find(told.ClientId, told.VenueId) is { } order:
                if (TellsNew(order, told))
                {
                    await ChangeAsync(order.ClientId, (work, o) => Task.FromResult(_machine.Found(o, told, work.Now)));
                }

                break;
            case FillSeen { Fill: var fill }:
                await FillSeenAsync(fill);
                break;
            case FundingSettled { Payment: var payment }:
                await FundingSeenAsync(payment);
                break;
            case PositionLiquidated:
                // The insurance may have paid, and other orders went with it.
                SnapshotSoon();
                break;
            case StreamOpened or StreamGap:
                DeskLog.Gap(_parts.Log, _store.AccountId, (happened as StreamGap)?.Reason ?? "opened");
                var now = Now;
                _snapshotDue = now;
                foreach (var order in _open.Values.Where(o => o.IsOut && o.CheckAt > now && o.State != DeskStates.Sending))
                {
                    order.CheckAt = now;
                }

                break;
        }
    }

    private static bool TellsNew(DeskOrder order, VenueOrder told) =>
        order.State != DeskStates.Working || order.VenueOrderId is null || !told.IsOpen || told.Status == VenueOrderStatus.Triggering
        || (told.TriggeredOrderId is not null && order.TriggeredOrderId != told.TriggeredOrderId);

    private DeskOrder? Find(string? clientId, string venueId) =>
        (clientId is not null && _open.TryGetValue(clientId, out var order) ? order : null)
        ?? _open.Values.FirstOrDefault(o => o.VenueOrderId == venueId || o.TriggeredOrderId == venueId);
}
