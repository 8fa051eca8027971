using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>
/// Size, side and restrictions of an order that is about to leave. Pure. Always so: an order that can only reduce is marked so wherever the
/// venue holds at least as much on its side; one that is not marked never leaves beside one in its symbol that nobody knows the outcome of.
/// </summary>
/// <param name="Held">The group's position, below 0 short.</param>
/// <param name="Net">The sum of the groups' positions, which is what the venue holds in one-way mode.</param>
/// <param name="Lost">An order in the symbol that a person must look for, null without one.</param>
internal sealed record OrderShape(decimal Held, decimal Net, PositionMode Mode, DeskOrder? Lost)
{
    /// <summary>Shapes the row of a transaction, or of a question; why it may not leave, null where it may.</summary>
    public RejectionReason? Give(DeskOrder order, PlannedFill fill)
    {
        var signed = fill.Buy ? fill.Qty : -fill.Qty;
        var reduces = Held * signed < 0m;
        var turns = reduces && fill.Qty > Math.Abs(Held);
        (order.Side, order.Qty, order.Price) = (SideWords.Of(fill.Buy), fill.Qty, order.Type == DeskTypes.Limit ? fill.Price : null);
        if (Mode == PositionMode.Hedge)
        {
            if (turns)
            {
                return Refusals.Turns;
            }

            order.PositionSide = fill.Buy != reduces ? PositionWords.Long : PositionWords.Short;
            return null;
        }

        // On a shared account the venue holds the sum of the groups' positions, which may be smaller than one of them or turned.
        order.ReduceOnly = reduces && !turns && Net * Held > 0m && Math.Abs(Net) >= fill.Qty;
        // Should that one have been filled, this one would turn the position.
        return !order.ReduceOnly && Lost is not null ? Refusals.OutcomeUnknown(Lost) : null;
    }
}
