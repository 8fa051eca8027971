// Written by the contract tests from contracts/wire (UPDATE_SNAPSHOTS=1); changes belong there.
namespace TradingSystem.Client;

/// <summary>What a close means, and whether connecting again can help.</summary>
public sealed record CloseCode(int Code, bool Reconnect, string Meaning);

/// <summary>What a refusal means. <c>Retryable</c> is the safe answer; the reply's own goes before it.</summary>
public sealed record RefusalCode(string Message, bool Retryable, string Meaning);

/// <summary>What the reason of an order update means, and whether another decision can succeed: now, changed (one that asks for something else), later, person (once a person has changed something), none (none is needed).</summary>
public sealed record ReasonMeaning(string Another, string Meaning);

public static class Codes
{
    /// <summary>By the reason in the close frame.</summary>
    public static readonly IReadOnlyDictionary<string, CloseCode> Close = new Dictionary<string, CloseCode>
    {
        ["PROTOCOL_ERROR"] = new(1002, true, "The client broke a rule of the WebSocket protocol itself."),
        ["BINARY_NOT_SUPPORTED"] = new(1003, true, "Only text frames are read."),
        ["INVALID_UTF8"] = new(1007, true, "A text frame was not valid UTF-8."),
        ["NO_TOKEN"] = new(1008, false, "The connection came without a token or ticket."),
        ["BOTH_TOKENS"] = new(1008, false, "More than one token was given; exactly one is allowed."),
        ["INVALID_TOKEN"] = new(1008, false, "The token or ticket is unknown, used up, revoked or of the other role."),
        ["TOKEN_IN_USE"] = new(1008, false, "The token has a live session elsewhere; one token holds one session."),
        ["TOKEN_FENCED"] = new(1008, true, "A person stopped the group; nothing that this session sent counts any more. A new session may come at once, and hears whether the group trades."),
        ["BAD_PARAMETER"] = new(1008, false, "features, candles, protocol or resume_from in the address is not understood."),
        ["LOCKED_OUT"] = new(1008, true, "Too many bad tokens came from this address; wait a minute."),
        ["FRAME_TIMEOUT"] = new(1008, true, "A frame was begun and not finished in time."),
        ["FRAME_TOO_LARGE"] = new(1009, true, "The frame was larger than limits.max_frame_bytes; do not send it again."),
        ["SERVER_SHUTDOWN"] = new(1012, true, "This node is going away; reconnect after reconnect_after_ms of the frame before."),
        ["SLOW_CONSUMER"] = new(1013, true, "The client read too slowly and its queue was full; reconnect with resume_from."),
        ["RATE_LIMITED"] = new(1013, true, "Too many connections came from this address; wait before the next."),
        ["UNAVAILABLE"] = new(1013, true, "The token could not be checked just now."),
    };

    /// <summary>By the <c>code</c> of the reply.</summary>
    public static readonly IReadOnlyDictionary<string, RefusalCode> Reply = new Dictionary<string, RefusalCode>
    {
        ["FORBIDDEN_EVENT"] = new("forbidden_event", false, "A group may not send signals, a trigger may not send decisions, discussions, `cancel` or `protect`."),
        ["DECISION_ID_REUSED"] = new("validation_error", false, "This decision_id or event_key was accepted before with another payload. Nothing happened; what is new needs a new key."),
        ["RATE_LIMITED"] = new("rate_limited", true, "More frames than limits.frames_per_second and limits.frame_burst allow. Nothing happened; wait retry_after_ms."),
        ["GROUP_INACTIVE"] = new("halted", false, "The group was switched off; its decisions are refused until it is switched on."),
        ["TRADING_HALTED"] = new("halted", false, "A person or a limit halted, stopped or paused the system, the account or the group; decisions are refused until a person resumes."),
        ["TRIGGER_INACTIVE"] = new("halted", false, "The trigger was switched off; its signals are refused until it is switched on."),
        ["BUS_UNAVAILABLE"] = new("unavailable", true, "Surely nothing happened; send the frame again."),
        ["SERVER_SHUTDOWN"] = new("unavailable", true, "Nothing happened; send the frame again on a new connection."),
        ["OUTCOME_UNKNOWN"] = new("unavailable", false, "It may have happened, and a repetition could make it happen twice: look at the orders first."),
    };

    /// <summary>By the <c>code</c> of an order update's reason.</summary>
    public static readonly IReadOnlyDictionary<string, ReasonMeaning> Reason = new Dictionary<string, ReasonMeaning>
    {
        ["DECISION_EXPIRED"] = new("now", "It is older than the limit, or its `valid_until` has passed."),
        ["STALE_SESSION"] = new("now", "A newer session of the same token superseded the one that sent it."),
        ["ACCOUNT_MISMATCH"] = new("changed", "`trade_account_id` is another account than the group's."),
        ["NUMBER_OUT_OF_RANGE"] = new("changed", "A number is outside what can be traded."),
        ["UNSUPPORTED_ORDER_TYPE"] = new("changed", "Limit orders rest at an exchange, real or simulated; an account that fills at once takes `market` only."),
        ["UNKNOWN_SYMBOL"] = new("changed", "No such instrument is traded there."),
        ["INSTRUMENT_UNREADABLE"] = new("later", "The exchange's rules of the symbol cannot be used; nothing is traded in it until they can."),
        ["QTY_TOO_SMALL"] = new("changed", "Below the smallest quantity."),
        ["QTY_TOO_LARGE"] = new("changed", "Above the largest quantity of a market order."),
        ["NOTIONAL_TOO_SMALL"] = new("changed", "Worth less than the smallest order."),
        ["LEVERAGE_TOO_HIGH"] = new("changed", "Above the limit, or above what the exchange allows."),
        ["LEVERAGE_TOO_LOW"] = new("changed", "A leverage is 1 or more."),
        ["LEVERAGE_STEP"] = new("changed", "Between the steps that the exchange takes."),
        ["LEVERAGE_IN_USE"] = new("changed", "Another position or order in the symbol on the account uses another one, and the exchange has one for both."),
        ["NO_POSITION"] = new("none", "There is no position to close or to protect."),
        ["POSITION_WOULD_TURN"] = new("changed", "In hedge mode one order cannot turn a position; close it first."),
        ["CLOSE_PENDING"] = new("none", "Other orders close all of the position already."),
        ["PRICE_MISSING"] = new("later", "There is no price of the symbol."),
        ["PRICE_STALE"] = new("later", "The last price is older than the limit."),
        ["FEED_DEAD"] = new("later", "The market's feed does not tick, so nothing says that the last prices still hold; positions only become smaller until it does."),
        ["PRICE_OFF_ENTRY"] = new("changed", "The price is too far off the decision's `entry`."),
        ["INSUFFICIENT_MARGIN"] = new("changed", "The account has too little for margin and fee."),
        ["ORDER_QTY_LIMIT"] = new("changed", "Beyond the largest quantity of an order."),
        ["ORDER_NOTIONAL_LIMIT"] = new("changed", "Beyond the largest notional of an order."),
        ["OPEN_ORDERS_LIMIT"] = new("later", "The group has as many open orders as it may have."),
        ["POSITION_LIMIT"] = new("changed", "The group's position would be larger than its limit."),
        ["SYMBOL_EXPOSURE_LIMIT"] = new("changed", "All groups of the account would hold more in the symbol than they may."),
        ["ACCOUNT_EXPOSURE_LIMIT"] = new("changed", "All groups of the account would hold more than they may."),
        ["DAILY_LOSS_LIMIT"] = new("later", "The account has lost its most for this UTC day; until it ends positions only become smaller."),
        ["GROUP_DAILY_LOSS_LIMIT"] = new("later", "The group has lost its most for this UTC day; until it ends its positions only become smaller."),
        ["ORDER_RATE_LIMIT"] = new("person", "More orders of the account in a minute than it may have; the group only reduces until a person lets it trade again."),
        ["GROUP_ORDER_RATE_LIMIT"] = new("person", "More orders of the group in a minute than it may have; it only reduces until a person lets it trade again."),
        ["COOLDOWN"] = new("later", "The group lost just now and only reduces for a while."),
        ["BLACKOUT"] = new("later", "In this window of time positions only become smaller."),
        ["SYMBOL_NOT_ALLOWED"] = new("changed", "The symbol is not on the limits' list."),
        ["LIMITS_UNREADABLE"] = new("person", "The limits cannot be read: nothing but a `CLOSE` is traded until they are set again."),
        ["HALTED"] = new("person", "A person or a switch halted the system, the account or the group."),
        ["STOPPED"] = new("person", "A person stopped it."),
        ["PAUSED"] = new("person", "A person or a switch paused it."),
        ["FENCED"] = new("now", "What was accepted until then was stopped with the group, whatever came later."),
        ["REDUCING"] = new("person", "Only what makes the group's position smaller is traded."),
        ["ACCOUNT_INACTIVE"] = new("person", "The account is switched off; only a `CLOSE` passes."),
        ["ACCOUNT_UNUSABLE"] = new("person", "The account's credentials or its exchange cannot be used."),
        ["LIVE_NOT_CONFIRMED"] = new("person", "The account is live and nobody confirmed its key; nothing is sent with it."),
        ["POSITION_MODE_MISMATCH"] = new("person", "The exchange has another position mode than the account; `switch_modes` has it switched."),
        ["MARGIN_MODE_MISMATCH"] = new("person", "The exchange has another margin mode than the account; `switch_modes` has it switched."),
        ["STOP_LOSS_WRONG_SIDE"] = new("changed", "A stop-loss there would be met at once."),
        ["TAKE_PROFIT_WRONG_SIDE"] = new("changed", "A take-profit there would be met at once, or be a loss."),
        ["PROTECTION_WITHOUT_POSITION"] = new("changed", "The order only makes a position smaller, so there is nothing in its direction to protect."),
        ["NOTHING_TO_MOVE"] = new("changed", "Neither `stop_loss` nor `take_profit` was named."),
        ["SUPERSEDED"] = new("none", "Something newer decided about this protection or these orders first."),
        ["POSITION_CLOSED"] = new("none", "The position went, or became smaller, before it was done."),
        ["PROTECTION_REMOVED"] = new("none", "No stop-loss and no take-profit is left, as asked for."),
        ["PROTECTION_REPLACED"] = new("none", "A later order's protection took its place."),
        ["REPLACED"] = new("none", "Of a leg: another one of its kind took its place."),
        ["OTHER_LEG_FILLED"] = new("none", "Of a leg: the other one closed the position."),
        ["UNPROTECTED"] = new("now", "The position could not be protected as asked for and was closed at the market."),
        ["LIQUIDATED"] = new("now", "The exchange closed the position for want of margin."),
        ["TRIGGERING"] = new("none", "Of a leg at an exchange: its trigger was met and it is no order yet."),
        ["EXPIRED"] = new("now", "The decision's `valid_until` passed before it was filled."),
        ["CLOSED_BY_DECISION"] = new("none", "A decision to close the position took it back."),
        ["RISK_REDUCING"] = new("person", "The group may take no new risk any more."),
        ["CANCELED"] = new("none", "A person, a command or its group asked for it."),
        ["NOTHING_TO_CANCEL"] = new("none", "Nothing rests that could be taken back."),
        ["SYMBOL_BUSY"] = new("later", "An earlier order in the symbol was not done before the decision was too old; nothing was sent."),
        ["OUTCOME_UNKNOWN_PENDING"] = new("later", "What became of an earlier order in the symbol is not known, and nothing is added until it is."),
        ["NOT_PLACED"] = new("now", "The exchange is proven not to have it, and the decision is too old to send it again."),
        ["ORDER_VANISHED"] = new("now", "The exchange took it and does not know it any more; it has no fills."),
        ["VENUE_UNREACHABLE"] = new("later", "The exchange could not be reached in time."),
        ["VENUE_REJECTED"] = new("changed", "The exchange refused it; its own words are in the message."),
        ["VENUE_CANCELED"] = new("now", "The exchange cancelled it."),
        ["VENUE_PRECISION"] = new("changed", "Refused there for its decimals."),
        ["VENUE_QUANTITY"] = new("changed", "Refused there for its quantity."),
        ["VENUE_PRICE"] = new("changed", "Refused there for its price."),
        ["VENUE_PARAMETER"] = new("changed", "Refused there for something it asks for."),
        ["VENUE_CREDENTIALS"] = new("person", "The exchange refuses the account's key, or what it may do."),
        ["VENUE_CONFIGURATION"] = new("person", "Refused there for how the account or the symbol is set up."),
        ["VENUE_RATE_LIMITED"] = new("later", "Too many requests for the exchange."),
        ["VENUE_CLOCK"] = new("later", "The exchange found the request's time wrong."),
        ["VENUE_BUSY"] = new("later", "The exchange has no time for it."),
        ["WOULD_TRIGGER_NOW"] = new("changed", "The exchange would set it off at once."),
        ["CONDITION_NOT_MET"] = new("changed", "What it demands of its fill, such as all or nothing, was not to be had."),
        ["WAITING_FOR_PRICE"] = new("none", "An exit waits for a price that may be traded on."),
        ["WAITING_FOR_VENUE"] = new("none", "An exit waits until the exchange can be reached and was compared with the books."),
        ["WAITING_FOR_OUTCOME"] = new("none", "An exit waits until the outcome of an earlier order in the symbol is known."),
        ["CLOSING"] = new("none", "Of a command that closes: its order is being made, or is out."),
        ["OUTCOME_UNKNOWN"] = new("none", "Of a command that closes: what became of its order is not known yet; no other one is sent meanwhile."),
        ["ORDERS_LEFT"] = new("none", "Of a command that closes: it is flat, and its protection is being taken out of the book."),
        ["NOT_FLAT"] = new("none", "Of a command that closes: its order was filled and the position is not flat."),
    };

    public static readonly IReadOnlyList<string> Features = ["orders", "resume", "config", "heartbeat", "market"];

    public static readonly IReadOnlyList<string> OrderStatuses =
    [
        "accepted",
        "submitted",
        "partially_filled",
        "filled",
        "protected",
        "stopped",
        "took_profit",
        "closed",
        "canceled",
        "rejected",
        "unknown",
    ];
}

/// <summary>What a decision asks for.</summary>
public static class Actions
{
    public const string Long = "LONG";
    public const string Short = "SHORT";
    public const string Close = "CLOSE";
    public const string Buy = "BUY";
    public const string Sell = "SELL";
    public const string NoTrade = "NO_TRADE";
}
