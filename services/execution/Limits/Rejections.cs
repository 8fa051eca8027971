using System.Globalization;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;

namespace TradingSystem.Execution.Limits;

/// <summary>Every reason for which a decision becomes no order. None of them is worth a retry of the same decision.</summary>
public static class Rejections
{
    /// <param name="seen">The highest epoch that was seen of the token.</param>
    public static RejectionReason StaleSession(long seen, long epoch) =>
        new(ReasonCodes.StaleSession, Text(seen), Text(epoch), null, "The session that sent this was superseded by a newer one of the same token.");

    public static RejectionReason AccountMismatch(Guid account, Guid asked) =>
        new(ReasonCodes.AccountMismatch, account.ToString(), asked.ToString(), account.ToString(), $"The group trades on account {account}, not on {asked}.");

    public static RejectionReason NumberOutOfRange(string field, decimal value, decimal limit) =>
        new(ReasonCodes.NumberOutOfRange, Text(limit), Text(value), Text(limit), $"{field} is outside what can be traded.");

    public static RejectionReason DecisionTooOld(TimeSpan limit, TimeSpan age) =>
        new(ReasonCodes.DecisionExpired, Seconds(limit), Seconds(age), null, $"The decision is {Seconds(age)} s old, the limit is {Seconds(limit)} s.");

    public static RejectionReason NoLongerValid(DateTimeOffset validUntil, DateTimeOffset now) =>
        new(ReasonCodes.DecisionExpired, Instant(validUntil), Instant(now), null, "The decision's valid_until has passed.");

    public static RejectionReason UnknownSymbol(string symbol) =>
        new(ReasonCodes.UnknownSymbol, null, symbol, null, $"{symbol} is not in the instrument table.");

    /// <param name="fault">What is wrong with them.</param>
    public static RejectionReason InstrumentUnreadable(string symbol, string fault) =>
        new(ReasonCodes.InstrumentUnreadable, null, symbol, null, $"The rules of {symbol} cannot be used: {fault}; nothing is traded in it until they can.");

    public static RejectionReason UnsupportedOrderType(string type) =>
        new(
            ReasonCodes.UnsupportedOrderType, OrderTypes.Market, type, OrderTypes.Market,
            $"Order type {type} is not supported on this account, only market is. Limit orders rest at an exchange: a real one, or the simulated one of an account with fill_model exchange.");

    public static RejectionReason LeverageTooHigh(decimal limit, decimal leverage) =>
        new(ReasonCodes.LeverageTooHigh, Text(limit), Text(leverage), Text(limit), $"Leverage {Text(leverage)} exceeds {Text(limit)}.");

    public static RejectionReason LeverageTooLow(decimal leverage) =>
        new(ReasonCodes.LeverageTooLow, "1", Text(leverage), "1", $"Leverage {Text(leverage)} is below 1.");

    /// <param name="step">1 where the venue takes whole numbers only.</param>
    /// <param name="nearest">The next below, which takes no more risk than was asked for.</param>
    public static RejectionReason LeverageStep(decimal step, decimal leverage, decimal nearest) =>
        new(
            ReasonCodes.LeverageStep, Text(step), Text(leverage), Text(nearest),
            $"The venue takes a leverage in steps of {Text(step)} only; {Text(nearest)} would do, {Text(leverage)} would be another one there than it was sized with.");

    /// <param name="used">That of another position or order in the symbol, which the venue has one leverage for.</param>
    public static RejectionReason LeverageInUse(string symbol, decimal used, decimal leverage) =>
        new(
            ReasonCodes.LeverageInUse, Text(used), Text(leverage), Text(used),
            $"The account has one leverage in {symbol} and another position or order there uses {Text(used)}; {Text(leverage)} would change its margin.");

    public static RejectionReason PriceMissing(string symbol) =>
        new(ReasonCodes.PriceMissing, null, null, null, $"There is no price for {symbol}.");

    public static RejectionReason PriceStale(TimeSpan limit, TimeSpan age) =>
        new(ReasonCodes.PriceStale, Seconds(limit), Seconds(age), null, $"The latest price is {Seconds(age)} s old, the limit is {Seconds(limit)} s.");

    /// <param name="since">When the feed was found dead.</param>
    public static RejectionReason FeedDead(DateTimeOffset since, DateTimeOffset now) =>
        new(
            ReasonCodes.FeedDead, null, Seconds(now - since), null,
            $"The market's feed is dead since {Instant(since)}; positions only become smaller until it ticks again.");

    /// <param name="age">How long nobody has said any more that it lives.</param>
    public static RejectionReason FeedUnheard(TimeSpan limit, TimeSpan age) =>
        new(
            ReasonCodes.FeedDead, Seconds(limit), Seconds(age), null,
            $"Nothing was heard of the market's feed for {Seconds(age)} s, the limit is {Seconds(limit)} s; positions only become smaller until it is.");

    /// <summary>No refusal: an exit waits until it can be filled.</summary>
    /// <param name="why">What is wrong with the price.</param>
    public static RejectionReason WaitingForPrice(string symbol, RejectionReason why) =>
        new(ReasonCodes.WaitingForPrice, why.Limit, why.Value, null, $"It waits for a price of {symbol}: {why.Message}");

    public static RejectionReason NoPosition(string symbol) =>
        new(ReasonCodes.NoPosition, null, "0", null, $"There is no position in {symbol} to close.");

    /// <param name="nearest">Quantity or margin, whichever the decision gave.</param>
    public static RejectionReason QtyTooSmall(decimal limit, decimal qty, decimal nearest, string unit) =>
        new(ReasonCodes.QtyTooSmall, Text(limit), Text(qty), Text(nearest), $"Quantity {Text(qty)} is below the minimum {Text(limit)}; {unit} {Text(nearest)} would do.");

    public static RejectionReason QtyTooLarge(decimal limit, decimal qty, Nearest? nearest) =>
        Sized(ReasonCodes.QtyTooLarge, limit, qty, nearest, $"Quantity {Text(qty)} is above the market order maximum {Text(limit)}");

    /// <param name="nearest">Quantity or margin, whichever the decision gave.</param>
    public static RejectionReason NotionalTooSmall(decimal limit, decimal notional, decimal nearest, string unit) =>
        new(
            ReasonCodes.NotionalTooSmall, Text(limit), Text(notional), Text(nearest),
            $"Notional {Text(notional)} is below the minimum {Text(limit)}; {unit} {Text(nearest)} would do.");

    public static RejectionReason InsufficientMargin(decimal available, decimal needed, Nearest? nearest) =>
        Sized(ReasonCodes.InsufficientMargin, available, needed, nearest, $"{Text(needed)} of margin and fee is needed, {Text(available)} is available");

    public static RejectionReason OrderQty(decimal limit, decimal qty, Nearest? nearest) =>
        Sized(ReasonCodes.OrderQtyLimit, limit, qty, nearest, $"Quantity {Text(qty)} is above the limit {Text(limit)} of an order");

    public static RejectionReason OrderNotional(decimal limit, decimal notional, Nearest? nearest) =>
        Sized(ReasonCodes.OrderNotionalLimit, limit, notional, nearest, $"Notional {Text(notional)} is above the limit {Text(limit)} of an order");

    public static RejectionReason PositionNotional(decimal limit, decimal notional, Nearest? nearest) =>
        Sized(ReasonCodes.PositionLimit, limit, notional, nearest, $"The group's position would be {Text(notional)}, the limit is {Text(limit)}");

    public static RejectionReason SymbolNotional(decimal limit, decimal notional, Nearest? nearest) =>
        Sized(ReasonCodes.SymbolExposureLimit, limit, notional, nearest, $"The account's exposure in the symbol would be {Text(notional)}, the limit is {Text(limit)}");

    public static RejectionReason AccountNotional(decimal limit, decimal notional, Nearest? nearest) =>
        Sized(ReasonCodes.AccountExposureLimit, limit, notional, nearest, $"The account's exposure would be {Text(notional)}, the limit is {Text(limit)}");

    public static RejectionReason OpenOrders(int limit, int open) =>
        new(ReasonCodes.OpenOrdersLimit, Text(limit), Text(open), null, $"The group has {open} open orders, the limit is {limit}.");

    public static RejectionReason DailyLoss(decimal limit, decimal loss) =>
        new(ReasonCodes.DailyLossLimit, Text(limit), Text(loss), null, $"The account has lost {Text(loss)} this UTC day, the limit is {Text(limit)}.");

    public static RejectionReason GroupDailyLoss(decimal limit, decimal loss) =>
        new(ReasonCodes.GroupDailyLossLimit, Text(limit), Text(loss), null, $"The group has lost {Text(loss)} this UTC day, the limit is {Text(limit)}.");

    /// <param name="made">Orders of the last minute and this one.</param>
    public static RejectionReason OrderRate(int limit, int made) =>
        new(
            ReasonCodes.OrderRateLimit, Text(limit), Text(made), null,
            $"This would be order {made} of the account in a minute, the limit is {limit}; the group may only reduce until a person re-enables it.");

    /// <param name="made">Orders of the last minute and this one.</param>
    public static RejectionReason GroupOrderRate(int limit, int made) =>
        new(
            ReasonCodes.GroupOrderRateLimit, Text(limit), Text(made), null,
            $"This would be order {made} of the group in a minute, the limit is {limit}; it may only reduce until a person re-enables it.");

    public static RejectionReason Cooldown(TimeSpan limit, TimeSpan since) =>
        new(ReasonCodes.Cooldown, Seconds(limit), Seconds(since), null, $"The group lost {Seconds(since)} s ago and may only reduce for {Seconds(limit)} s after a loss.");

    public static RejectionReason Blackout(BlackoutWindow window, DateTimeOffset now) =>
        new(ReasonCodes.Blackout, window.ToString(), Instant(now), null, $"Now is a blackout window ({window}).");

    /// <param name="until">When it is over; null where that is not known.</param>
    public static RejectionReason Blackout(string name, DateTimeOffset? until, DateTimeOffset now) =>
        new(
            ReasonCodes.Blackout, name, Instant(now), null,
            until is { } end
                ? $"Now is the blackout {name}, until {Instant(end)}; positions only become smaller."
                : $"The times of the blackout {name} cannot be read here; positions only become smaller until it is written anew or taken away.");

    public static RejectionReason BlackoutsUnreadable() =>
        new(ReasonCodes.Blackout, null, null, null, "The blackouts that are kept cannot be read; positions only become smaller until one of them is changed.");

    public static RejectionReason SymbolNotAllowed(IEnumerable<string> allowed, string symbol) =>
        new(ReasonCodes.SymbolNotAllowed, string.Join(",", allowed.Order(StringComparer.Ordinal)), symbol, null, $"{symbol} is not on the list of allowed symbols.");

    public static RejectionReason PriceOffEntry(decimal limitBps, decimal offBps, decimal entry, decimal price) =>
        new(
            ReasonCodes.PriceOffEntry, Text(limitBps), Text(offBps), null,
            $"The price {Text(price)} is {Text(offBps)} bps off the decision's entry {Text(entry)}, the limit is {Text(limitBps)}.");

    public static RejectionReason Halted(string scope, string? why) => Held(ReasonCodes.Halted, scope, TradingStates.Halted, why);

    public static RejectionReason Stopped(string scope, string? why) => Held(ReasonCodes.Stopped, scope, TradingModes.Stopped, why);

    public static RejectionReason Paused(string scope, string? why) => Held(ReasonCodes.Paused, scope, TradingModes.Paused, why);

    public static RejectionReason Reducing(string scope, string? why, string? nearest) =>
        Held(ReasonCodes.Reducing, scope, $"{TradingStates.Reducing}: only what reduces the position is traded", why) with { NearestAcceptable = nearest };

    public static RejectionReason Fenced(DateTimeOffset fence, DateTimeOffset accepted) =>
        new(ReasonCodes.Fenced, Instant(fence), Instant(accepted), null, $"Everything that was accepted until {Instant(fence)} was stopped.");

    public static RejectionReason LimitsUnreadable(string scope) =>
        new(ReasonCodes.LimitsUnreadable, null, scope, null, $"The limits of {scope} cannot be read; nothing is traded until they are set again.");

    private static RejectionReason Held(ReasonCode code, string scope, string what, string? why) =>
        new(code, scope, null, null, $"{scope} is {what}{(string.IsNullOrEmpty(why) ? "" : $" ({why})")}.");

    private static RejectionReason Sized(ReasonCode code, decimal limit, decimal value, Nearest? nearest, string message) =>
        new(
            code, Text(limit), Text(value), nearest is { } n ? Text(n.Value) : null,
            nearest is { } would ? $"{message}; {would.Unit} {Text(would.Value)} would do." : $"{message}.");

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Text(decimal value) => value.ToString("0.##################", CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan value) => value.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);

    private static string Instant(DateTimeOffset value) => value.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
}

/// <summary>What would have been accepted, in the unit that the decision gave: <c>qty</c> or <c>margin_usd</c>.</summary>
public readonly record struct Nearest(decimal Value, string Unit);
