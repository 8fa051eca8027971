using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>What a change of an order's state is to be told as.</summary>
public enum DeskNews
{
    None,
    Submitted,
    PartiallyFilled,
    Filled,
    Canceled,
    Rejected,
    Unknown,
}

/// <summary>
/// The states of an order and what leads from one to the next. It decides nothing but that, sends nothing and saves nothing. What comes
/// twice or too late changes nothing.
/// </summary>
public sealed class DeskMachine(DeskTerms terms)
{
    /// <summary>It is about to leave; save this first.</summary>
    public DeskNews Send(DeskOrder order, DateTimeOffset now)
    {
        if (order.State != DeskStates.Pending)
        {
            throw new InvalidOperationException($"{order.ClientId} is {order.State}: it must not be sent.");
        }

        var isFirst = order.SentAt is null;
        (order.State, order.SentAt, order.UnknownAt, order.Checks) = (DeskStates.Sending, now, null, 0);
        // What it may have waited for.
        (order.ReasonCode, order.ReasonValue, order.ReasonMessage) = (null, null, null);
        order.Sends++;
        order.CheckAt = now + terms.SendDeadline;
        return isFirst ? DeskNews.Submitted : DeskNews.None;
    }

    /// <summary>The venue's answer to the request.</summary>
    public DeskNews Answered(DeskOrder order, VenueReply<OrderAck> reply, DateTimeOffset now)
    {
        if (reply.IsAccepted)
        {
            order.VenueOrderId ??= reply.Value.VenueId;
        }

        // The stream was faster, or it is an answer to a request that has been given up.
        if (order.State != DeskStates.Sending && !(order.IsUncertain && reply.IsAccepted))
        {
            return DeskNews.None;
        }

        if (reply.IsAccepted)
        {
            Works(order, now);
            return DeskNews.None;
        }

        if (reply.Refusal is not { } refusal || refusal.Meaning == RefusalMeaning.Duplicate)
        {
            BecomeUnknown(order, now, now);
            return DeskNews.None;
        }

        if (Refusals.WasNotSent(refusal))
        {
            // No request: only the decision's age ends it.
            order.Sends--;
        }

        if (!Refusals.IsPassing(refusal.Meaning) || order.Sends >= DeskTerms.MostSends)
        {
            return End(order, DeskStates.Rejected, Refusals.Of(refusal), DeskNews.Rejected);
        }

        var pause = refusal.RetryAfter is { } asked && asked > terms.PauseAfterRefusal ? asked : terms.PauseAfterRefusal;
        (order.State, order.CheckAt) = (DeskStates.Pending, now + pause);
        return DeskNews.None;
    }

    /// <summary>Found at a start: nobody is left to hear the answer.</summary>
    public void Abandoned(DeskOrder order, DateTimeOffset now)
    {
        if (order.State == DeskStates.Sending)
        {
            // Whoever sent it may live on somewhere until its deadline.
            BecomeUnknown(order, (order.SentAt ?? now) + terms.SendDeadline, now);
        }

        if (order.State != DeskStates.Pending)
        {
            order.CheckAt = now;
        }
    }

    /// <summary>
    /// The venue tells of the order. Its end counts only once its fills are booked: until then it works on, and is looked at again.
    /// </summary>
    public DeskNews Found(DeskOrder order, VenueOrder told, DateTimeOffset now)
    {
        order.VenueOrderId ??= told.VenueId;
        order.TriggeredOrderId ??= told.TriggeredOrderId;
        if (!order.IsOut)
        {
            return DeskNews.None;
        }

        if (order.State != DeskStates.Working)
        {
            Works(order, now);
        }

        if (told.IsOpen || told.Status == VenueOrderStatus.Triggered)
        {
            // Demo venues were seen to stay so for ever: until an order comes of it, the leg protects nothing.
            order.ReasonCode = told.Status == VenueOrderStatus.Triggering ? ReasonCodes.Triggering.Word : null;
            return DeskNews.None;
        }

        if (told.Filled > order.Filled || (told.Status == VenueOrderStatus.Filled && order.Filled < order.Qty))
        {
            order.CheckAt = now + terms.FirstLook < order.CheckAt ? now + terms.FirstLook : order.CheckAt;
            return DeskNews.None;
        }

        return told.Status == VenueOrderStatus.Filled ? End(order, DeskStates.Filled, null, DeskNews.Filled)
            : told.Status == VenueOrderStatus.Rejected && order.Filled == 0m ? End(order, DeskStates.Rejected, Refusals.RejectedLater(told.Reason), DeskNews.Rejected)
            : End(
                order, DeskStates.Canceled,
                order.CancelRequestedAt is null || order.IsProtection ? Refusals.Canceled(told.Reason) : Refusals.CanceledFor(order.CancelReason),
                DeskNews.Canceled);
    }

    /// <summary>A fill that was not booked before. One of an order that had ended counts all the same.</summary>
    public DeskNews Booked(DeskOrder order, decimal qty, decimal price, decimal fee, decimal realizedPnl, DateTimeOffset now)
    {
        var filled = order.Filled + qty;
        order.FilledValue += PositionMath.Value(qty, price);
        order.Filled = filled;
        order.AvgPrice = PositionMath.Average(order.FilledValue, filled);
        order.Fee += fee;
        order.RealizedPnl += realizedPnl;
        if (filled >= order.Qty)
        {
            return End(order, DeskStates.Filled, null, DeskNews.Filled);
        }

        if (order.State == DeskStates.Canceled)
        {
            return DeskNews.PartiallyFilled;
        }

        Works(order, now);
        return DeskNews.PartiallyFilled;
    }

    /// <summary>Looked for and neither found nor proven absent.</summary>
    public DeskNews NotSeen(DeskOrder order, DateTimeOffset now)
    {
        order.Checks++;
        if (order.State == DeskStates.Working)
        {
            // The venue took it and does not find it: some seconds are its own delay, more is not.
            if (now - (order.SentAt ?? now) > terms.ProofAfter + terms.SendDeadline)
            {
                BecomeUnknown(order, now, now);
            }
            else
            {
                order.CheckAt = now + Later(order.Checks);
            }

            return DeskNews.None;
        }

        if (!order.IsUncertain)
        {
            return DeskNews.None;
        }

        var since = order.UnknownAt ?? now;
        order.CheckAt = terms.NextLook(since, order.Checks, now);
        if (order.State == DeskStates.Unknown && now - since >= terms.HeldAfter)
        {
            order.State = DeskStates.Held;
            return DeskNews.Unknown;
        }

        return DeskNews.None;
    }

    /// <summary>The venue is proven not to have it.</summary>
    /// <param name="young">The decision may still be acted upon.</param>
    public DeskNews Absent(DeskOrder order, bool young, DateTimeOffset now)
    {
        if (!order.IsUncertain)
        {
            return DeskNews.None;
        }

        if (order.VenueOrderId is not null || order.Filled > 0m)
        {
            return End(order, DeskStates.Canceled, Refusals.Vanished, DeskNews.Canceled);
        }

        if (!young || order.Sends >= DeskTerms.MostAfterUnknown)
        {
            return End(order, DeskStates.Rejected, Refusals.NotPlaced, DeskNews.Rejected);
        }

        (order.State, order.UnknownAt, order.CheckAt) = (DeskStates.Pending, null, now);
        return DeskNews.None;
    }

    /// <summary>Nothing of it is at the venue and nothing will be.</summary>
    public DeskNews Refuse(DeskOrder order, RejectionReason reason)
    {
        if (order.State != DeskStates.Pending)
        {
            throw new InvalidOperationException($"{order.ClientId} is {order.State}: it cannot be refused any more.");
        }

        return reason.Code == ReasonCodes.Canceled
            ? End(order, DeskStates.Canceled, reason, DeskNews.Canceled)
            : End(order, DeskStates.Rejected, reason, DeskNews.Rejected);
    }

    /// <summary>True when a venue that knows nothing of it never had it.</summary>
    public bool IsProvable(DeskOrder order, DateTimeOffset now) => order.IsUncertain && order.UnknownAt is { } since && now >= since + terms.ProofAfter;

    /// <summary>Looked at and as expected: the next look is later.</summary>
    public void Seen(DeskOrder order, DateTimeOffset now)
    {
        order.Checks++;
        order.CheckAt = now + Later(order.Checks);
    }

    /// <summary>The pause after so many looks at an order that is as expected.</summary>
    public TimeSpan Later(int checks)
    {
        var pause = terms.FirstLook * Math.Pow(2, Math.Min(checks, 10));
        return pause < terms.LaterLooks ? pause : terms.LaterLooks;
    }

    private void Works(DeskOrder order, DateTimeOffset now) =>
        (order.State, order.UnknownAt, order.Checks, order.CheckAt) = (DeskStates.Working, null, 0, now + terms.FirstLook);

    private void BecomeUnknown(DeskOrder order, DateTimeOffset since, DateTimeOffset now) =>
        (order.State, order.UnknownAt, order.Checks, order.CheckAt) = (DeskStates.Unknown, since, 0, terms.NextLook(since, 0, now));

    private static DeskNews End(DeskOrder order, string state, RejectionReason? reason, DeskNews news)
    {
        (order.State, order.UnknownAt) = (state, null);
        if (reason is not null)
        {
            order.Because(reason);
        }
        else
        {
            (order.ReasonCode, order.ReasonValue, order.ReasonMessage) = (null, null, null);
        }

        return news;
    }
}
