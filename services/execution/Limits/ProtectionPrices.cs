using TradingSystem.Execution.Orders;
using TradingSystem.Venues.Instruments;

namespace TradingSystem.Execution.Limits;

/// <summary>
/// The one rounding of protection prices, done before they are checked: what comes of it is what is checked, stored, watched and sent,
/// and nothing behind it rounds again. A trigger goes on the grid away from the price that it waits for: down where falling prices meet
/// it (the stop of a long, the target of a short), up where rising ones do. Prices are on the grid themselves, so that the rounded
/// trigger is met by exactly those that would have met the one that was asked for, and never by an earlier one.
/// </summary>
public static class ProtectionPrices
{
    /// <summary>Rounding it again on the same tick changes nothing.</summary>
    /// <param name="kind">One of <see cref="LegKinds"/>.</param>
    /// <param name="isLong">Of the position that is protected.</param>
    /// <param name="price">In quote currency, as <paramref name="tick"/>.</param>
    public static decimal OnGrid(string kind, bool isLong, decimal price, decimal tick) =>
        IsBelow(kind, isLong) ? Sizing.RoundDown(price, tick) : Sizing.RoundUp(price, tick);

    /// <summary>Falling prices meet it.</summary>
    public static bool IsBelow(string kind, bool isLong) => (kind == LegKinds.StopLoss) == isLong;
}
