using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Orders;
using TradingSystem.Venues.Instruments;

namespace TradingSystem.Execution.Limits;

/// <summary>Triggers that a decision asked for, on the instrument's grid; null for the leg that it did not name.</summary>
public sealed record AskedProtection(decimal? StopLoss, decimal? TakeProfit);

/// <summary>Whether a position could have the protection that its decision asks for.</summary>
public static class ProtectionRules
{
    /// <summary>Both null for a decision that asks for none.</summary>
    /// <param name="after">What is held after the order, counted in its direction.</param>
    /// <param name="last">
    /// The last price. A stop is on the right side of it and of the fill, or it would be met at once; so is a target, which beyond the fill
    /// would be a loss. The target of a limit order is measured against its limit alone: the last price may have to come a long way first.
    /// </param>
    public static (AskedProtection? Asked, RejectionReason? Refusal) Check(TradeDecision decision, PlannedFill fill, decimal after, decimal last, Instrument instrument)
    {
        if (decision.StopLoss is null && decision.TakeProfit is null)
        {
            return default;
        }

        if (after <= 0m)
        {
            return (null, new(ReasonCodes.ProtectionWithoutPosition, "0", Rejections.Text(after), null, "The order only reduces a position, so there would be nothing in its direction to protect."));
        }

        var refusal = OutOfRange(LegKinds.StopLoss, decision.StopLoss) ?? OutOfRange(LegKinds.TakeProfit, decision.TakeProfit);
        if (refusal is not null)
        {
            return (null, refusal);
        }

        var (worst, best) = fill.Buy ? (Math.Min(last, fill.Price), Math.Max(last, fill.Price)) : (Math.Max(last, fill.Price), Math.Min(last, fill.Price));
        var stop = OnGrid(LegKinds.StopLoss, fill.Buy, decision.StopLoss, instrument);
        var take = OnGrid(LegKinds.TakeProfit, fill.Buy, decision.TakeProfit, instrument);
        refusal = (stop is { } s ? WrongSide(LegKinds.StopLoss, fill.Buy, s, worst, instrument) : null)
            ?? (take is { } t ? WrongSide(LegKinds.TakeProfit, fill.Buy, t, DecisionCheck.IsLimit(decision) ? fill.Price : best, instrument) : null);
        return refusal is null ? (new(stop, take), null) : (null, refusal);
    }

    /// <summary>Whether legs of a position may go where they are asked to; a leg that the price has reached already is refused, not fired.</summary>
    /// <param name="price">The last price; null where only the venue has one, which then says so itself.</param>
    public static (AskedProtection? Asked, RejectionReason? Refusal) CheckMove(MoveProtection move, bool isLong, decimal? price, Instrument instrument)
    {
        if (OutOfRange(move) is { } range)
        {
            return (null, range);
        }

        var stop = OnGrid(LegKinds.StopLoss, isLong, move.StopLoss?.Price, instrument);
        var take = OnGrid(LegKinds.TakeProfit, isLong, move.TakeProfit?.Price, instrument);
        return (Moved(LegKinds.StopLoss, stop) ?? Moved(LegKinds.TakeProfit, take)) is { } refusal ? (null, refusal) : (new(stop, take), null);

        RejectionReason? Moved(string kind, decimal? trigger) =>
            trigger is not { } t ? null
            : price is { } last ? WrongSide(kind, isLong, t, last, instrument)
            : t <= 0m ? Rejections.NumberOutOfRange(kind, t, instrument.Tick)
            : null;
    }

    public static RejectionReason? OutOfRange(MoveProtection move) =>
        OutOfRange(LegKinds.StopLoss, move.StopLoss?.Price) ?? OutOfRange(LegKinds.TakeProfit, move.TakeProfit?.Price);

    /// <summary>Null when the trigger, which is on the grid, waits on its side of the limit.</summary>
    /// <param name="kind">One of <see cref="LegKinds"/>.</param>
    /// <param name="isLong">Of the position that is protected.</param>
    public static RejectionReason? WrongSide(string kind, bool isLong, decimal trigger, decimal limit, Instrument instrument)
    {
        var below = ProtectionPrices.IsBelow(kind, isLong);
        if (trigger > 0m && (below ? trigger < limit : trigger > limit))
        {
            return null;
        }

        var nearest = below ? Sizing.RoundUp(limit, instrument.Tick) - instrument.Tick : Sizing.RoundDown(limit, instrument.Tick) + instrument.Tick;
        var text = nearest > 0m ? Rejections.Text(nearest) : null;
        return new(
            kind == LegKinds.StopLoss ? ReasonCodes.StopLossWrongSide : ReasonCodes.TakeProfitWrongSide, Rejections.Text(limit), Rejections.Text(trigger), text,
            $"A {kind} at {Rejections.Text(trigger)} is not {(below ? "below" : "above")} {Rejections.Text(limit)}{(text is null ? "" : $"; {text} would do")}.");
    }

    private static RejectionReason? OutOfRange(string field, decimal? price) =>
        price is { } p && Math.Abs(p) > DecisionCheck.LargestNumber ? Rejections.NumberOutOfRange(field, p, DecisionCheck.LargestNumber) : null;

    private static decimal? OnGrid(string kind, bool isLong, decimal? price, Instrument instrument) =>
        price is { } p ? ProtectionPrices.OnGrid(kind, isLong, p, instrument.Tick) : null;
}
