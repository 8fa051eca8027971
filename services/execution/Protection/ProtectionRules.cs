using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Instruments;
using TradingSystem.Execution.Risk;

namespace TradingSystem.Execution.Protection;

/// <summary>Triggers that a decision asked for, on the instrument's grid; null for the leg that it did not name.</summary>
public sealed record AskedProtection(decimal? StopLoss, decimal? TakeProfit);

/// <summary>Whether a position could have the protection that its decision asks for.</summary>
public static class ProtectionRules
{
    /// <summary>Both null for a decision that asks for none.</summary>
    /// <param name="after">What is held after the order, counted in its direction.</param>
    /// <param name="price">The last price: a stop on its wrong side would be met at once. A target is measured against the fill, or it would be a loss.</param>
    public static (AskedProtection? Asked, RejectionReason? Refusal) Check(TradeDecision decision, PlannedFill fill, decimal after, decimal price, Instrument instrument)
    {
        if (decision.StopLoss is null && decision.TakeProfit is null)
        {
            return default;
        }

        if (after <= 0m)
        {
            return (null, new("PROTECTION_WITHOUT_POSITION", "0", Rejections.Text(after), null, "The order only reduces a position, so there would be nothing in its direction to protect."));
        }

        var refusal = OutOfRange(LegKinds.StopLoss, decision.StopLoss) ?? OutOfRange(LegKinds.TakeProfit, decision.TakeProfit);
        if (refusal is not null)
        {
            return (null, refusal);
        }

        var stop = OnGrid(decision.StopLoss, instrument);
        var take = OnGrid(decision.TakeProfit, instrument);
        refusal = (stop is { } s ? WrongSide("STOP_LOSS_WRONG_SIDE", LegKinds.StopLoss, s, below: fill.Buy, price, instrument) : null)
            ?? (take is { } t ? WrongSide("TAKE_PROFIT_WRONG_SIDE", LegKinds.TakeProfit, t, below: !fill.Buy, fill.Price, instrument) : null);
        return refusal is null ? (new(stop, take), null) : (null, refusal);
    }

    private static RejectionReason? OutOfRange(string field, decimal? price) =>
        price is { } p && Math.Abs(p) > DecisionCheck.LargestNumber ? Rejections.NumberOutOfRange(field, p, DecisionCheck.LargestNumber) : null;

    private static decimal? OnGrid(decimal? price, Instrument instrument) => price is { } p ? decimal.Round(p / instrument.Tick) * instrument.Tick : null;

    private static RejectionReason? WrongSide(string code, string field, decimal trigger, bool below, decimal limit, Instrument instrument)
    {
        if (trigger > 0m && (below ? trigger < limit : trigger > limit))
        {
            return null;
        }

        var nearest = below ? Sizing.RoundUp(limit, instrument.Tick) - instrument.Tick : Sizing.RoundDown(limit, instrument.Tick) + instrument.Tick;
        var text = nearest > 0m ? Rejections.Text(nearest) : null;
        return new(
            code, Rejections.Text(limit), Rejections.Text(trigger), text,
            $"A {field} at {Rejections.Text(trigger)} is not {(below ? "below" : "above")} {Rejections.Text(limit)}{(text is null ? "" : $"; {text} would do")}.");
    }
}
