using System.Globalization;
using TradingSystem.Contracts.Bus;

namespace TradingSystem.Execution.Risk;

/// <summary>Every reason for which a decision becomes no order. None of them is worth a retry of the same decision.</summary>
public static class Rejections
{
    /// <param name="seen">The highest epoch that was seen of the token.</param>
    public static RejectionReason StaleSession(long seen, long epoch) =>
        new("STALE_SESSION", Text(seen), Text(epoch), null, "The session that sent this was superseded by a newer one of the same token.");

    public static RejectionReason AccountMismatch(Guid account, Guid asked) =>
        new("ACCOUNT_MISMATCH", account.ToString(), asked.ToString(), account.ToString(), $"The group trades on account {account}, not on {asked}.");

    public static RejectionReason NumberOutOfRange(string field, decimal value, decimal limit) =>
        new("NUMBER_OUT_OF_RANGE", Text(limit), Text(value), Text(limit), $"{field} is outside what can be traded.");

    public static RejectionReason DecisionTooOld(TimeSpan limit, TimeSpan age) =>
        new("DECISION_EXPIRED", Seconds(limit), Seconds(age), null, $"The decision is {Seconds(age)} s old, the limit is {Seconds(limit)} s.");

    public static RejectionReason NoLongerValid(DateTimeOffset validUntil, DateTimeOffset now) =>
        new("DECISION_EXPIRED", Instant(validUntil), Instant(now), null, "The decision's valid_until has passed.");

    public static RejectionReason UnknownSymbol(string symbol) =>
        new("UNKNOWN_SYMBOL", null, symbol, null, $"{symbol} is not in the instrument table.");

    public static RejectionReason UnsupportedOrderType(string type) =>
        new("UNSUPPORTED_ORDER_TYPE", "market", type, "market", $"Order type {type} is not supported, only market is.");

    public static RejectionReason UnsupportedProtection(string field, decimal price) =>
        new("UNSUPPORTED_PROTECTION", field, Text(price), null, $"A {field} is not supported yet, and an entry without it would not be what was asked for.");

    public static RejectionReason LeverageTooHigh(decimal limit, decimal leverage) =>
        new("LEVERAGE_TOO_HIGH", Text(limit), Text(leverage), Text(limit), $"Leverage {Text(leverage)} exceeds {Text(limit)}.");

    public static RejectionReason LeverageTooLow(decimal leverage) =>
        new("LEVERAGE_TOO_LOW", "1", Text(leverage), "1", $"Leverage {Text(leverage)} is below 1.");

    public static RejectionReason PriceMissing(string symbol) =>
        new("PRICE_MISSING", null, null, null, $"There is no price for {symbol}.");

    public static RejectionReason PriceStale(TimeSpan limit, TimeSpan age) =>
        new("PRICE_STALE", Seconds(limit), Seconds(age), null, $"The latest price is {Seconds(age)} s old, the limit is {Seconds(limit)} s.");

    public static RejectionReason NoPosition(string symbol) =>
        new("NO_POSITION", null, "0", null, $"There is no position in {symbol} to close.");

    /// <param name="nearest">Quantity or margin, whichever the decision gave.</param>
    public static RejectionReason QtyTooSmall(decimal limit, decimal qty, decimal nearest, string unit) =>
        new("QTY_TOO_SMALL", Text(limit), Text(qty), Text(nearest), $"Quantity {Text(qty)} is below the minimum {Text(limit)}; {unit} {Text(nearest)} would do.");

    public static RejectionReason QtyTooLarge(decimal limit, decimal qty) =>
        new("QTY_TOO_LARGE", Text(limit), Text(qty), Text(limit), $"Quantity {Text(qty)} is above the market order maximum {Text(limit)}.");

    /// <param name="nearest">Quantity or margin, whichever the decision gave.</param>
    public static RejectionReason NotionalTooSmall(decimal limit, decimal notional, decimal nearest, string unit) =>
        new("NOTIONAL_TOO_SMALL", Text(limit), Text(notional), Text(nearest), $"Notional {Text(notional)} is below the minimum {Text(limit)}; {unit} {Text(nearest)} would do.");

    public static RejectionReason InsufficientMargin(decimal available, decimal needed, decimal nearestQty) =>
        new("INSUFFICIENT_MARGIN", Text(available), Text(needed), Text(nearestQty), $"{Text(needed)} of margin and fee is needed, {Text(available)} is available; qty {Text(nearestQty)} would do.");

    private static string Text(decimal value) => value.ToString("0.##################", CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan value) => value.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);

    private static string Instant(DateTimeOffset value) => value.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
}
