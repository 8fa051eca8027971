using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Orders;
using TradingSystem.Venues;
using TradingSystem.Venues.Simulated;

namespace TradingSystem.Execution.Limits;

/// <summary>Why an order did not come to be, in the words of an order update; value and message are the venue's.</summary>
public static class Refusals
{
    public static RejectionReason Of(VenueRefusal refusal) => refusal.Code switch
    {
        VenueModes.PositionModeDiffers => new(ReasonCodes.PositionModeMismatch, null, null, null, refusal.Message),
        VenueModes.MarginModeDiffers => new(ReasonCodes.MarginModeMismatch, null, null, null, refusal.Message),
        _ => new(Code(refusal.Meaning), null, refusal.Code, null, refusal.Message),
    };

    public static RejectionReason NotPlaced { get; } =
        new(ReasonCodes.NotPlaced, null, null, null, "The request's outcome was unknown; the venue is proven not to have the order, and the decision is too old to send it again.");

    public static RejectionReason OutcomeUnknown(DeskOrder pending) =>
        new(
            ReasonCodes.OutcomeUnknownPending, null, pending.ClientId, null,
            $"The outcome of an earlier order in {pending.Symbol} on the account is unknown; nothing is added until it is known.");

    public static RejectionReason WaitingForOutcome(DeskOrder pending) =>
        new(ReasonCodes.WaitingForOutcome, null, pending.ClientId, null, $"It waits until the outcome of an earlier order in {pending.Symbol} on the account is known.");

    public static RejectionReason WaitingForVenue(string venue) =>
        new(ReasonCodes.WaitingForVenue, null, venue, null, $"It waits until {venue} can be reached and was compared with the books.");

    public static RejectionReason WaitingForPrice(string symbol) =>
        new(ReasonCodes.WaitingForPrice, null, symbol, null, $"It waits for a price of {symbol} that may be traded on.");

    public static RejectionReason Vanished { get; } =
        new(ReasonCodes.OrderVanished, null, null, null, "The venue took the order and does not know it any more; it has no fills.");

    public static RejectionReason Canceled(string? why) =>
        new(ReasonCodes.VenueCanceled, null, null, null, string.IsNullOrEmpty(why) ? "The venue cancelled it." : why);

    /// <summary>We had it cancelled.</summary>
    /// <param name="code">The word of what it was taken back for, null when a person, a command or its group asked.</param>
    public static RejectionReason CanceledFor(string? code) =>
        ReasonCodes.Expired.Is(code) ? Why(ReasonCodes.Expired, "The decision's valid_until passed before it was filled.")
        : ReasonCodes.PositionClosed.Is(code) ? Why(ReasonCodes.PositionClosed, "The position that it was to close is closed, or smaller than it.")
        : ReasonCodes.ClosedByDecision.Is(code) ? Why(ReasonCodes.ClosedByDecision, "A decision to close the position took it back.")
        : ReasonCodes.RiskReducing.Is(code) ? Why(ReasonCodes.RiskReducing, "The group may not take new risk any more.")
        : ReasonCodes.Blackout.Is(code) ? Why(ReasonCodes.Blackout, "A blackout is on, in which positions only become smaller.")
        : Why(code is null ? ReasonCodes.Canceled : ReasonCodes.Kept(code), "It was cancelled as asked for.");

    public static RejectionReason RejectedLater(string? why) =>
        new(ReasonCodes.VenueRejected, null, null, null, string.IsNullOrEmpty(why) ? "The venue rejected it after it had taken it." : why);

    public static RejectionReason AccountUnusable(string why) => new(ReasonCodes.AccountUnusable, null, null, null, why);

    public static RejectionReason VenueUnreachable(TimeSpan limit) =>
        new(
            ReasonCodes.VenueUnreachable, limit.TotalSeconds.ToString("0.###", System.Globalization.CultureInfo.InvariantCulture), null, null,
            "The venue could not be reached before the decision was too old; nothing was sent.");

    public static RejectionReason Busy { get; } =
        new(ReasonCodes.SymbolBusy, null, null, null, "An earlier order in the symbol was not done before the decision was too old; nothing was sent.");

    /// <param name="resting">What rests already to close it, in the base asset.</param>
    public static RejectionReason Closing(decimal held, decimal resting) =>
        new(ReasonCodes.ClosePending, Rejections.Text(held), Rejections.Text(resting), null, "Orders that close all of the position are in the book already.");

    public static RejectionReason Turns { get; } =
        new(ReasonCodes.PositionWouldTurn, null, null, null, "In hedge mode one order cannot turn a position; close it first.");

    public static RejectionReason Liquidated { get; } =
        new(ReasonCodes.Liquidated, null, null, null, "The exchange closed the position for want of margin.");

    public static RejectionReason NotListed(string symbol, string venue) =>
        new(ReasonCodes.UnknownSymbol, null, symbol, null, $"{symbol} is not traded on {venue}.");

    public static ReasonCode Code(RefusalMeaning meaning) => meaning switch
    {
        RefusalMeaning.Margin => ReasonCodes.InsufficientMargin,
        RefusalMeaning.Precision => ReasonCodes.VenuePrecision,
        RefusalMeaning.Quantity => ReasonCodes.VenueQuantity,
        RefusalMeaning.Price => ReasonCodes.VenuePrice,
        RefusalMeaning.Parameter => ReasonCodes.VenueParameter,
        RefusalMeaning.PermissionOrKey => ReasonCodes.VenueCredentials,
        RefusalMeaning.PositionGone => ReasonCodes.NoPosition,
        RefusalMeaning.WouldTriggerNow => ReasonCodes.WouldTriggerNow,
        RefusalMeaning.ConditionNotMet => ReasonCodes.ConditionNotMet,
        RefusalMeaning.RateLimited => ReasonCodes.VenueRateLimited,
        RefusalMeaning.Clock => ReasonCodes.VenueClock,
        RefusalMeaning.Busy => ReasonCodes.VenueBusy,
        RefusalMeaning.Configuration => ReasonCodes.VenueConfiguration,
        _ => ReasonCodes.VenueRejected,
    };

    private static RejectionReason Why(ReasonCode code, string message) => new(code, null, null, null, message);

    /// <summary>The adapter kept it back for the sake of the venue's limits, or our own exchange has no price yet.</summary>
    public static bool WasNotSent(VenueRefusal refusal) =>
        refusal is { Meaning: RefusalMeaning.RateLimited, Code: "OWN_LIMIT" } or { Meaning: RefusalMeaning.Busy, Code: SimulatedVenue.PriceStale };

    /// <summary>Certain, and of the moment: the same request may be taken a little later.</summary>
    public static bool IsPassing(RefusalMeaning meaning) => meaning is RefusalMeaning.RateLimited or RefusalMeaning.Busy or RefusalMeaning.Clock;
}
