using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Risk;
using TradingSystem.Execution.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>Why an order did not come to be, in the words of an order update; value and message are the venue's.</summary>
public static class Refusals
{
    /// <summary>Why an order that rested was taken back.</summary>
    public const string Expired = "EXPIRED";
    public const string PositionClosed = "POSITION_CLOSED";
    public const string ClosedByDecision = "CLOSED_BY_DECISION";
    public const string Held = "RISK_REDUCING";

    /// <summary>A person, a command or its group asked for it.</summary>
    public const string CanceledCode = "CANCELED";

    public static RejectionReason Of(VenueRefusal refusal) => refusal.Code is VenueModes.PositionModeDiffers or VenueModes.MarginModeDiffers
        ? new(refusal.Code, null, null, null, refusal.Message)
        : new(Code(refusal.Meaning), null, refusal.Code, null, refusal.Message);

    public static RejectionReason NotPlaced { get; } =
        new("NOT_PLACED", null, null, null, "The request's outcome was unknown; the venue is proven not to have the order, and the decision is too old to send it again.");

    public static RejectionReason OutcomeUnknown(DeskOrder pending) =>
        new("OUTCOME_UNKNOWN_PENDING", null, pending.ClientId, null, $"The outcome of an earlier order in {pending.Symbol} on the account is unknown; nothing is added until it is known.");

    public static RejectionReason WaitingForOutcome(DeskOrder pending) =>
        new(Risk.Waits.ForOutcome, null, pending.ClientId, null, $"It waits until the outcome of an earlier order in {pending.Symbol} on the account is known.");

    public static RejectionReason WaitingForVenue(string venue) =>
        new(Risk.Waits.ForVenue, null, venue, null, $"It waits until {venue} can be reached and was compared with the books.");

    public static RejectionReason WaitingForPrice(string symbol) =>
        new(Risk.Waits.ForPrice, null, symbol, null, $"It waits for a price of {symbol} that may be traded on.");

    public static RejectionReason Vanished { get; } =
        new("ORDER_VANISHED", null, null, null, "The venue took the order and does not know it any more; it has no fills.");

    public static RejectionReason Canceled(string? why) =>
        new("VENUE_CANCELED", null, null, null, string.IsNullOrEmpty(why) ? "The venue cancelled it." : why);

    /// <summary>We had it cancelled.</summary>
    /// <param name="code">One of this class's codes for it, null when a person or a command asked.</param>
    public static RejectionReason CanceledFor(string? code) => new(code ?? CanceledCode, null, null, null, code switch
    {
        Expired => "The decision's valid_until passed before it was filled.",
        PositionClosed => "The position that it was to close is closed, or smaller than it.",
        ClosedByDecision => "A decision to close the position took it back.",
        Held => "The group may not take new risk any more.",
        _ => "It was cancelled as asked for.",
    });

    public static RejectionReason RejectedLater(string? why) =>
        new("VENUE_REJECTED", null, null, null, string.IsNullOrEmpty(why) ? "The venue rejected it after it had taken it." : why);

    public static RejectionReason AccountUnusable(string why) => new("ACCOUNT_UNUSABLE", null, null, null, why);

    public static RejectionReason VenueUnreachable(TimeSpan limit) =>
        new("VENUE_UNREACHABLE", limit.TotalSeconds.ToString("0.###", System.Globalization.CultureInfo.InvariantCulture), null, null, "The venue could not be reached before the decision was too old; nothing was sent.");

    public static RejectionReason Busy { get; } =
        new("SYMBOL_BUSY", null, null, null, "An earlier order in the symbol was not done before the decision was too old; nothing was sent.");

    /// <param name="resting">What rests already to close it, in the base asset.</param>
    public static RejectionReason Closing(decimal held, decimal resting) =>
        new("CLOSE_PENDING", Risk.Rejections.Text(held), Risk.Rejections.Text(resting), null, "Orders that close all of the position are in the book already.");

    public static RejectionReason Turns { get; } =
        new("POSITION_WOULD_TURN", null, null, null, "In hedge mode one order cannot turn a position; close it first.");

    public static RejectionReason Liquidated { get; } =
        new("LIQUIDATED", null, null, null, "The exchange closed the position for want of margin.");

    public static RejectionReason NotListed(string symbol, string venue) =>
        new("UNKNOWN_SYMBOL", null, symbol, null, $"{symbol} is not traded on {venue}.");

    public static string Code(RefusalMeaning meaning) => meaning switch
    {
        RefusalMeaning.Margin => "INSUFFICIENT_MARGIN",
        RefusalMeaning.Precision => "VENUE_PRECISION",
        RefusalMeaning.Quantity => "VENUE_QUANTITY",
        RefusalMeaning.Price => "VENUE_PRICE",
        RefusalMeaning.Parameter => "VENUE_PARAMETER",
        RefusalMeaning.PermissionOrKey => "VENUE_CREDENTIALS",
        RefusalMeaning.PositionGone => Rejections.NoPositionCode,
        RefusalMeaning.WouldTriggerNow => "WOULD_TRIGGER_NOW",
        RefusalMeaning.ConditionNotMet => "CONDITION_NOT_MET",
        RefusalMeaning.RateLimited => "VENUE_RATE_LIMITED",
        RefusalMeaning.Clock => "VENUE_CLOCK",
        RefusalMeaning.Busy => "VENUE_BUSY",
        RefusalMeaning.Configuration => "VENUE_CONFIGURATION",
        _ => "VENUE_REJECTED",
    };

    /// <summary>The adapter kept it back for the sake of the venue's limits, or our own exchange has no price yet.</summary>
    public static bool WasNotSent(VenueRefusal refusal) =>
        refusal is { Meaning: RefusalMeaning.RateLimited, Code: "OWN_LIMIT" } or { Meaning: RefusalMeaning.Busy, Code: Simulation.SimulatedVenue.PriceStale };

    /// <summary>Certain, and of the moment: the same request may be taken a little later.</summary>
    public static bool IsPassing(RefusalMeaning meaning) => meaning is RefusalMeaning.RateLimited or RefusalMeaning.Busy or RefusalMeaning.Clock;
}
