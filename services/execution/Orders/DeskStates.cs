using System.Linq.Expressions;
using TradingSystem.Contracts.Wire;

namespace TradingSystem.Execution.Orders;

/// <summary>
/// Where an order for a venue stands. <c>sending</c> is saved before the request leaves, so one that is found at a start has an
/// unknown outcome.
/// </summary>
public static class DeskStates
{
    /// <summary>An intent; nothing was sent, or what was sent is proven not to be there.</summary>
    public const string Pending = "pending";
    public const string Sending = "sending";

    /// <summary>The venue has it.</summary>
    public const string Working = "working";

    /// <summary>The venue may have it.</summary>
    public const string Unknown = "unknown";

    /// <summary>Unknown for so long that a person should look; it is still asked for.</summary>
    public const string Held = "held";
    public const string Filled = "filled";
    public const string Canceled = "canceled";
    public const string Rejected = "rejected";

    public static readonly string[] Open = [Pending, Sending, Working, Unknown, Held];

    /// <summary>
    /// The rows whose state is one of <see cref="Open"/>, as literals: as a parameter the database would not see that its index of them fits.
    /// </summary>
    public static readonly Expression<Func<DeskOrder, bool>> AreOpen = Rows(Open);

    public static bool IsOpen(string state) => Array.IndexOf(Open, state) >= 0;

    private static Expression<Func<DeskOrder, bool>> Rows(string[] states)
    {
        var order = Expression.Parameter(typeof(DeskOrder), "o");
        var state = Expression.Property(order, nameof(DeskOrder.State));
        return Expression.Lambda<Func<DeskOrder, bool>>(states.Select(s => (Expression)Expression.Equal(state, Expression.Constant(s))).Aggregate(Expression.OrElse), order);
    }
}

/// <summary>What an order waits for at the venue.</summary>
public static class DeskTypes
{
    public const string Market = OrderTypes.Market;
    public const string Limit = OrderTypes.Limit;
    public const string StopLoss = "stop_loss";
    public const string TakeProfit = "take_profit";
}

/// <summary>What an order is for; the letter ends its client id.</summary>
public static class DeskLegs
{
    /// <summary>What a decision asked for, in or out.</summary>
    public const string Entry = "E";
    public const string StopLoss = "S";
    public const string TakeProfit = "T";

    /// <summary>The way out of a position that could not be protected.</summary>
    public const string Flatten = "X";
}
