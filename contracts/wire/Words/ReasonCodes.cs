using System.Collections.Frozen;

namespace TradingSystem.Contracts.Wire;

/// <summary>Every reason that an order, a refusal, a leg or the receipt of a command may have.</summary>
public static class ReasonCodes
{
    // The decision itself
    public static readonly ReasonCode DecisionExpired = new("DECISION_EXPIRED", Another.Now,
        "It is older than the limit, or its `valid_until` has passed.");
    public static readonly ReasonCode StaleSession = new("STALE_SESSION", Another.Now,
        "A newer session of the same token superseded the one that sent it.");
    public static readonly ReasonCode AccountMismatch = new("ACCOUNT_MISMATCH", Another.Changed,
        "`trade_account_id` is another account than the group's.");
    public static readonly ReasonCode NumberOutOfRange = new("NUMBER_OUT_OF_RANGE", Another.Changed, "A number is outside what can be traded.");
    public static readonly ReasonCode UnsupportedOrderType = new("UNSUPPORTED_ORDER_TYPE", Another.Changed,
        "Limit orders rest at an exchange, real or simulated; an account that fills at once takes `market` only.");
    public static readonly ReasonCode UnknownSymbol = new("UNKNOWN_SYMBOL", Another.Changed, "No such instrument is traded there.");
    public static readonly ReasonCode InstrumentUnreadable = new("INSTRUMENT_UNREADABLE", Another.Later,
        "The exchange's rules of the symbol cannot be used; nothing is traded in it until they can.");
    public static readonly ReasonCode QtyTooSmall = new("QTY_TOO_SMALL", Another.Changed, "Below the smallest quantity.");
    public static readonly ReasonCode QtyTooLarge = new("QTY_TOO_LARGE", Another.Changed, "Above the largest quantity of a market order.");
    public static readonly ReasonCode NotionalTooSmall = new("NOTIONAL_TOO_SMALL", Another.Changed, "Worth less than the smallest order.");
    public static readonly ReasonCode LeverageTooHigh = new("LEVERAGE_TOO_HIGH", Another.Changed,
        "Above the limit, or above what the exchange allows.");
    public static readonly ReasonCode LeverageTooLow = new("LEVERAGE_TOO_LOW", Another.Changed, "A leverage is 1 or more.");
    public static readonly ReasonCode LeverageStep = new("LEVERAGE_STEP", Another.Changed, "Between the steps that the exchange takes.");
    public static readonly ReasonCode LeverageInUse = new("LEVERAGE_IN_USE", Another.Changed,
        "Another position or order in the symbol on the account uses another one, and the exchange has one for both.");
    public static readonly ReasonCode NoPosition = new("NO_POSITION", Another.None, "There is no position to close or to protect.");
    public static readonly ReasonCode PositionWouldTurn = new("POSITION_WOULD_TURN", Another.Changed,
        "In hedge mode one order cannot turn a position; close it first.");
    public static readonly ReasonCode ClosePending = new("CLOSE_PENDING", Another.None, "Other orders close all of the position already.");

    // Prices and margin
    public static readonly ReasonCode PriceMissing = new("PRICE_MISSING", Another.Later, "There is no price of the symbol.");
    public static readonly ReasonCode PriceStale = new("PRICE_STALE", Another.Later, "The last price is older than the limit.");
    public static readonly ReasonCode FeedDead = new("FEED_DEAD", Another.Later,
        "The market's feed does not tick, so nothing says that the last prices still hold; positions only become smaller until it does.");
    public static readonly ReasonCode PriceOffEntry = new("PRICE_OFF_ENTRY", Another.Changed, "The price is too far off the decision's `entry`.");
    public static readonly ReasonCode InsufficientMargin = new("INSUFFICIENT_MARGIN", Another.Changed,
        "The account has too little for margin and fee.");

    // Limits
    public static readonly ReasonCode OrderQtyLimit = new("ORDER_QTY_LIMIT", Another.Changed, "Beyond the largest quantity of an order.");
    public static readonly ReasonCode OrderNotionalLimit = new("ORDER_NOTIONAL_LIMIT", Another.Changed, "Beyond the largest notional of an order.");
    public static readonly ReasonCode OpenOrdersLimit = new("OPEN_ORDERS_LIMIT", Another.Later, "The group has as many open orders as it may have.");
    public static readonly ReasonCode PositionLimit = new("POSITION_LIMIT", Another.Changed, "The group's position would be larger than its limit.");
    public static readonly ReasonCode SymbolExposureLimit = new("SYMBOL_EXPOSURE_LIMIT", Another.Changed,
        "All groups of the account would hold more in the symbol than they may.");
    public static readonly ReasonCode AccountExposureLimit = new("ACCOUNT_EXPOSURE_LIMIT", Another.Changed,
        "All groups of the account would hold more than they may.");
    public static readonly ReasonCode DailyLossLimit = new("DAILY_LOSS_LIMIT", Another.Later,
        "The account has lost its most for this UTC day; until it ends positions only become smaller.");
    public static readonly ReasonCode GroupDailyLossLimit = new("GROUP_DAILY_LOSS_LIMIT", Another.Later,
        "The group has lost its most for this UTC day; until it ends its positions only become smaller.");
    public static readonly ReasonCode OrderRateLimit = new("ORDER_RATE_LIMIT", Another.Person,
        "More orders of the account in a minute than it may have; the group only reduces until a person lets it trade again.");
    public static readonly ReasonCode GroupOrderRateLimit = new("GROUP_ORDER_RATE_LIMIT", Another.Person,
        "More orders of the group in a minute than it may have; it only reduces until a person lets it trade again.");
    public static readonly ReasonCode Cooldown = new("COOLDOWN", Another.Later, "The group lost just now and only reduces for a while.");
    public static readonly ReasonCode Blackout = new("BLACKOUT", Another.Later, "In this window of time positions only become smaller.");
    public static readonly ReasonCode SymbolNotAllowed = new("SYMBOL_NOT_ALLOWED", Another.Changed, "The symbol is not on the limits' list.");
    public static readonly ReasonCode LimitsUnreadable = new("LIMITS_UNREADABLE", Another.Person,
        "The limits cannot be read: nothing but a `CLOSE` is traded until they are set again.");

    // What holds the group or its account
    public static readonly ReasonCode Halted = new("HALTED", Another.Person, "A person or a switch halted the system, the account or the group.");
    public static readonly ReasonCode Stopped = new("STOPPED", Another.Person, "A person stopped it.");
    public static readonly ReasonCode Paused = new("PAUSED", Another.Person, "A person or a switch paused it.");
    public static readonly ReasonCode Fenced = new("FENCED", Another.Now,
        "What was accepted until then was stopped with the group, whatever came later.");
    public static readonly ReasonCode Reducing = new("REDUCING", Another.Person, "Only what makes the group's position smaller is traded.");
    public static readonly ReasonCode AccountInactive = new("ACCOUNT_INACTIVE", Another.Person,
        "The account is switched off; only a `CLOSE` passes.");
    public static readonly ReasonCode AccountUnusable = new("ACCOUNT_UNUSABLE", Another.Person,
        "The account's credentials or its exchange cannot be used.");
    public static readonly ReasonCode LiveNotConfirmed = new("LIVE_NOT_CONFIRMED", Another.Person,
        "The account is live and nobody confirmed its key; nothing is sent with it.");
    public static readonly ReasonCode PositionModeMismatch = new("POSITION_MODE_MISMATCH", Another.Person,
        "The exchange has another position mode than the account; `switch_modes` has it switched.");
    public static readonly ReasonCode MarginModeMismatch = new("MARGIN_MODE_MISMATCH", Another.Person,
        "The exchange has another margin mode than the account; `switch_modes` has it switched.");

    // Protection
    public static readonly ReasonCode StopLossWrongSide = new("STOP_LOSS_WRONG_SIDE", Another.Changed, "A stop-loss there would be met at once.");
    public static readonly ReasonCode TakeProfitWrongSide = new("TAKE_PROFIT_WRONG_SIDE", Another.Changed,
        "A take-profit there would be met at once, or be a loss.");
    public static readonly ReasonCode ProtectionWithoutPosition = new("PROTECTION_WITHOUT_POSITION", Another.Changed,
        "The order only makes a position smaller, so there is nothing in its direction to protect.");
    public static readonly ReasonCode NothingToMove = new("NOTHING_TO_MOVE", Another.Changed, "Neither `stop_loss` nor `take_profit` was named.");
    public static readonly ReasonCode Superseded = new("SUPERSEDED", Another.None,
        "Something newer decided about this protection or these orders first.");
    public static readonly ReasonCode PositionClosed = new("POSITION_CLOSED", Another.None,
        "The position went, or became smaller, before it was done.");
    public static readonly ReasonCode ProtectionRemoved = new("PROTECTION_REMOVED", Another.None,
        "No stop-loss and no take-profit is left, as asked for.");
    public static readonly ReasonCode ProtectionReplaced = new("PROTECTION_REPLACED", Another.None, "A later order's protection took its place.");
    public static readonly ReasonCode Replaced = new("REPLACED", Another.None, "Of a leg: another one of its kind took its place.");
    public static readonly ReasonCode OtherLegFilled = new("OTHER_LEG_FILLED", Another.None, "Of a leg: the other one closed the position.");
    public static readonly ReasonCode Unprotected = new("UNPROTECTED", Another.Now,
        "The position could not be protected as asked for and was closed at the market.");
    public static readonly ReasonCode Liquidated = new("LIQUIDATED", Another.Now, "The exchange closed the position for want of margin.");
    public static readonly ReasonCode Triggering = new("TRIGGERING", Another.None,
        "Of a leg at an exchange: its trigger was met and it is no order yet.");

    // Why a resting order was taken back
    public static readonly ReasonCode Expired = new("EXPIRED", Another.Now, "The decision's `valid_until` passed before it was filled.");
    public static readonly ReasonCode ClosedByDecision = new("CLOSED_BY_DECISION", Another.None, "A decision to close the position took it back.");
    public static readonly ReasonCode RiskReducing = new("RISK_REDUCING", Another.Person, "The group may take no new risk any more.");
    public static readonly ReasonCode Canceled = new("CANCELED", Another.None, "A person, a command or its group asked for it.");
    public static readonly ReasonCode NothingToCancel = new("NOTHING_TO_CANCEL", Another.None, "Nothing rests that could be taken back.");

    // At the exchange
    public static readonly ReasonCode SymbolBusy = new("SYMBOL_BUSY", Another.Later,
        "An earlier order in the symbol was not done before the decision was too old; nothing was sent.");
    public static readonly ReasonCode OutcomeUnknownPending = new("OUTCOME_UNKNOWN_PENDING", Another.Later,
        "What became of an earlier order in the symbol is not known, and nothing is added until it is.");
    public static readonly ReasonCode NotPlaced = new("NOT_PLACED", Another.Now,
        "The exchange is proven not to have it, and the decision is too old to send it again.");
    public static readonly ReasonCode OrderVanished = new("ORDER_VANISHED", Another.Now,
        "The exchange took it and does not know it any more; it has no fills.");
    public static readonly ReasonCode VenueUnreachable = new("VENUE_UNREACHABLE", Another.Later, "The exchange could not be reached in time.");
    public static readonly ReasonCode VenueRejected = new("VENUE_REJECTED", Another.Changed,
        "The exchange refused it; its own words are in the message.");
    public static readonly ReasonCode VenueCanceled = new("VENUE_CANCELED", Another.Now, "The exchange cancelled it.");
    public static readonly ReasonCode VenuePrecision = new("VENUE_PRECISION", Another.Changed, "Refused there for its decimals.");
    public static readonly ReasonCode VenueQuantity = new("VENUE_QUANTITY", Another.Changed, "Refused there for its quantity.");
    public static readonly ReasonCode VenuePrice = new("VENUE_PRICE", Another.Changed, "Refused there for its price.");
    public static readonly ReasonCode VenueParameter = new("VENUE_PARAMETER", Another.Changed, "Refused there for something it asks for.");
    public static readonly ReasonCode VenueCredentials = new("VENUE_CREDENTIALS", Another.Person,
        "The exchange refuses the account's key, or what it may do.");
    public static readonly ReasonCode VenueConfiguration = new("VENUE_CONFIGURATION", Another.Person,
        "Refused there for how the account or the symbol is set up.");
    public static readonly ReasonCode VenueRateLimited = new("VENUE_RATE_LIMITED", Another.Later, "Too many requests for the exchange.");
    public static readonly ReasonCode VenueClock = new("VENUE_CLOCK", Another.Later, "The exchange found the request's time wrong.");
    public static readonly ReasonCode VenueBusy = new("VENUE_BUSY", Another.Later, "The exchange has no time for it.");
    public static readonly ReasonCode WouldTriggerNow = new("WOULD_TRIGGER_NOW", Another.Changed, "The exchange would set it off at once.");
    public static readonly ReasonCode ConditionNotMet = new("CONDITION_NOT_MET", Another.Changed,
        "What it demands of its fill, such as all or nothing, was not to be had.");

    // What an exit or a closing waits for
    public static readonly ReasonCode WaitingForPrice = new("WAITING_FOR_PRICE", Another.None, "An exit waits for a price that may be traded on.");
    public static readonly ReasonCode WaitingForVenue = new("WAITING_FOR_VENUE", Another.None,
        "An exit waits until the exchange can be reached and was compared with the books.");
    public static readonly ReasonCode WaitingForOutcome = new("WAITING_FOR_OUTCOME", Another.None,
        "An exit waits until the outcome of an earlier order in the symbol is known.");
    public static readonly ReasonCode Closing = new("CLOSING", Another.None, "Of a command that closes: its order is being made, or is out.");
    public static readonly ReasonCode OutcomeUnknown = new("OUTCOME_UNKNOWN", Another.None,
        "Of a command that closes: what became of its order is not known yet; no other one is sent meanwhile.");
    public static readonly ReasonCode OrdersLeft = new("ORDERS_LEFT", Another.None,
        "Of a command that closes: it is flat, and its protection is being taken out of the book.");
    public static readonly ReasonCode NotFlat = new("NOT_FLAT", Another.None,
        "Of a command that closes: its order was filled and the position is not flat.");

    /// <summary>In the order of what they are about.</summary>
    public static readonly IReadOnlyList<ReasonCode> All =
    [
        DecisionExpired, StaleSession, AccountMismatch, NumberOutOfRange, UnsupportedOrderType, UnknownSymbol, InstrumentUnreadable, QtyTooSmall,
        QtyTooLarge, NotionalTooSmall, LeverageTooHigh, LeverageTooLow, LeverageStep, LeverageInUse, NoPosition, PositionWouldTurn, ClosePending,
        PriceMissing, PriceStale, FeedDead, PriceOffEntry, InsufficientMargin,
        OrderQtyLimit, OrderNotionalLimit, OpenOrdersLimit, PositionLimit, SymbolExposureLimit, AccountExposureLimit, DailyLossLimit,
        GroupDailyLossLimit, OrderRateLimit, GroupOrderRateLimit, Cooldown, Blackout, SymbolNotAllowed, LimitsUnreadable,
        Halted, Stopped, Paused, Fenced, Reducing, AccountInactive, AccountUnusable, LiveNotConfirmed, PositionModeMismatch, MarginModeMismatch,
        StopLossWrongSide, TakeProfitWrongSide, ProtectionWithoutPosition, NothingToMove, Superseded, PositionClosed, ProtectionRemoved,
        ProtectionReplaced, Replaced, OtherLegFilled, Unprotected, Liquidated, Triggering,
        Expired, ClosedByDecision, RiskReducing, Canceled, NothingToCancel,
        SymbolBusy, OutcomeUnknownPending, NotPlaced, OrderVanished, VenueUnreachable, VenueRejected, VenueCanceled, VenuePrecision, VenueQuantity,
        VenuePrice, VenueParameter, VenueCredentials, VenueConfiguration, VenueRateLimited, VenueClock, VenueBusy, WouldTriggerNow, ConditionNotMet,
        WaitingForPrice, WaitingForVenue, WaitingForOutcome, Closing, OutcomeUnknown, OrdersLeft, NotFlat,
    ];

    private static readonly FrozenDictionary<string, ReasonCode> ByWord = All.ToFrozenDictionary(c => c.Word, StringComparer.Ordinal);

    /// <summary>The reason of a word that was kept or came from another service. One that is not in the table is told as it is.</summary>
    public static ReasonCode Kept(string word) => ByWord.GetValueOrDefault(word) ?? new(word, Another.Person, "A reason of another version of the system.");
}
