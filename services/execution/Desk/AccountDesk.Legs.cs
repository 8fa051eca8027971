using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Limits;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Orders;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>One leg of a position's protection, or its way out, from being sent to what its end tells.</summary>
public sealed partial class AccountDesk
{
    /// <summary>Protection is held back by nothing but its own symbol's orders.</summary>
    private async Task SendLegAsync(DeskOrder leg)
    {
        if (!_isReady || (leg.Leg == DeskLegs.Flatten && _open.Values.Any(o => o != leg && o.IsInFlight && o.Symbol == leg.Symbol)))
        {
            leg.CheckAt = Now + Beat;
            return;
        }

        var isWanted = leg.CancelRequestedAt is null && (leg.Leg == DeskLegs.Flatten || leg.Sends == 0);
        await ChangeAsync(leg.ClientId, (work, order) => Task.FromResult(isWanted ? _machine.Send(order, work.Now) : _machine.Refuse(order, Cancelled)));
        if (_open.GetValueOrDefault(leg.ClientId) is not { State: DeskStates.Sending } sent)
        {
            return;
        }

        if (sent.Leg == DeskLegs.Flatten)
        {
            Post(sent);
            return;
        }

        _busy.Add(sent.ClientId);
        var request = new ProtectionOrder(
            sent.Symbol, sent.ClientId, sent.Leg == DeskLegs.StopLoss ? ProtectionKind.StopLoss : ProtectionKind.TakeProfit, sent.IsBuy ? OrderSide.Buy : OrderSide.Sell, sent.TriggerPrice!.Value)
        {
            Quantity = sent.Qty,
            ReduceOnly = sent.ReduceOnly,
            PositionSide = sent.PositionSide switch { PositionWords.Long => PositionSide.Long, PositionWords.Short => PositionSide.Short, _ => null },
        };
        var send = sent.Sends;
        Beside(async token => new Posted(sent.ClientId, send, await OnceAsync(t => _venue.PlaceProtectionAsync(request, t), token)));
    }

    /// <summary>What a leg's end means for its position.</summary>
    private void LegEnded(DeskOrder leg)
    {
        _protectDue = default;
        _hasProtections = true;
        if (leg.State != DeskStates.Rejected)
        {
            return;
        }

        _legRefused[(leg.GroupId, leg.Symbol, leg.Leg)] = Now + (leg.Leg == DeskLegs.Flatten ? FlattenPause : LegPause);
        if (RefusesMove(leg))
        {
            return;
        }

        if (Refusals.Code(RefusalMeaning.WouldTriggerNow).Is(leg.ReasonCode))
        {
            // The price is beyond it already: what it would have done is done now.
            _wrongSide[(leg.GroupId, leg.Symbol, leg.Leg)] = leg.TriggerPrice ?? 0m;
        }
        else if (Refusals.Code(RefusalMeaning.PositionGone).Is(leg.ReasonCode) || Refusals.Code(RefusalMeaning.Precision).Is(leg.ReasonCode))
        {
            // The position is another one than we know, or the grid is.
            SnapshotSoon();
        }
    }

    private Task CancelLegAsync(DeskOrder leg, DateTimeOffset now)
    {
        leg.CancelRequestedAt ??= now;
        return CancelAsync(leg, now);
    }

    /// <summary>Tells the entry of its position's end by a leg or by the way out.</summary>
    private async Task TellLegAsync(DeskWork work, DeskOrder leg, DeskNews news)
    {
        if (leg.Leg == DeskLegs.Entry || leg.Filled == 0m || news is not (DeskNews.Filled or DeskNews.PartiallyFilled or DeskNews.Canceled) || await EntryAsync(work, leg.OrderId) is not ({ } entry, { } order))
        {
            return;
        }

        var exit = await work.ExitAsync(order, leg.ClientId, leg.Side!, _stop);
        var filled = new Exit(exit.Id, leg.Side, leg.Filled, leg.AvgPrice, leg.Fee, leg.RealizedPnl, exit.MarketTime);
        if (news != DeskNews.Filled)
        {
            // Of a part that a cancelled leg closed its update was told when it was filled.
            exit.Takes(filled, news == DeskNews.Canceled ? OrderStatus.Canceled : OrderStatus.PartiallyFilled, work.Now);
            if (news == DeskNews.PartiallyFilled)
            {
                await work.TellAsync(entry, order, OrderStatus.PartiallyFilled, terminal: false, filled);
            }

            return;
        }

        var (status, reason) = leg.Leg switch
        {
            DeskLegs.StopLoss => (OrderStatus.Stopped, (RejectionReason?)null),
            DeskLegs.TakeProfit => (OrderStatus.TookProfit, null),
            _ => (OrderStatus.Closed, new RejectionReason(ReasonCodes.Unprotected, null, null, null, "The position could not be protected as asked for and was closed at the market.")),
        };
        exit.Takes(filled, status, work.Now);
        (exit.ReasonCode, exit.ReasonValue, exit.ReasonMessage) = (reason?.Code.Word, reason?.Value, reason?.Message);
        await EndEntryAsync(work, leg.OrderId, status, reason, filled);
    }

    /// <param name="exit">What ended its position; null to look what did.</param>
    private async Task EndEntryAsync(DeskWork work, Guid orderId, string status, RejectionReason? reason, Exit? exit = null)
    {
        if (await EntryAsync(work, orderId) is ({ IsOpen: false } entry, { } order)
            && (order.Status is OrderStatus.Filled or OrderStatus.Protected || (order.Status == OrderStatus.Canceled && entry.Filled > 0m && IsProtected(entry))))
        {
            if (reason is not null)
            {
                (order.ReasonCode, order.ReasonValue, order.ReasonMessage) = (reason.Code.Word, reason.Value, reason.Message);
            }

            await work.TellAsync(entry, order, status, terminal: true, exit ?? await work.SinceAsync(order, _stop));
        }
    }
}
