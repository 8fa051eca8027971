using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>What the end of a leg, or of the way out, means for the position that it was of.</summary>
internal sealed class LegEnds(ProtectionMemory memory, MovesUnderWay moves, SnapshotClock clock)
{
    public void Ended(DeskOrder leg, DateTimeOffset now)
    {
        memory.Look();
        if (leg.State != DeskStates.Rejected)
        {
            return;
        }

        memory.Refused(leg.GroupId, leg.Symbol, leg.Leg, now);
        if (moves.Refuses(leg))
        {
            if (Refusals.Code(RefusalMeaning.PositionGone).Is(leg.ReasonCode))
            {
                clock.Soon(now);
            }

            return;
        }

        if (Refusals.Code(RefusalMeaning.WouldTriggerNow).Is(leg.ReasonCode))
        {
            // The price is beyond it already: what it would have done is done now.
            memory.Beyond(leg.GroupId, leg.Symbol, leg.Leg, leg.TriggerPrice ?? 0m);
        }
        else if (Refusals.Code(RefusalMeaning.PositionGone).Is(leg.ReasonCode) || Refusals.Code(RefusalMeaning.Precision).Is(leg.ReasonCode))
        {
            // The position is another one than we know, or the grid is.
            clock.Soon(now);
        }
    }
}
