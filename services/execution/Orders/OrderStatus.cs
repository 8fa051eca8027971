using TradingSystem.Contracts.Bus;

namespace TradingSystem.Execution.Orders;

/// <summary>The wire's words for an order's steps and a decision's action.</summary>
public static class OrderStatus
{
    public const string Accepted = "accepted";
    public const string Submitted = "submitted";
    public const string Filled = "filled";
    public const string Closed = "closed";
    public const string Rejected = "rejected";
    public const string Recorded = "recorded";
    public const string PartiallyFilled = "partially_filled";
    public const string Protected = "protected";
    public const string Stopped = "stopped";
    public const string TookProfit = "took_profit";
    public const string Canceled = "canceled";
    public const string Unknown = "unknown";

    /// <summary>All that an order may have, in the order in which they come.</summary>
    public static readonly string[] All =
        [Accepted, Submitted, PartiallyFilled, Filled, Protected, Stopped, TookProfit, Closed, Canceled, Rejected, Recorded, Unknown];

    private static readonly string[] ToFilled = [Accepted, Submitted, Filled];
    private static readonly string[] ToProtected = [Accepted, Submitted, Filled, Protected];
    private static readonly string[] ToClosed = [Accepted, Submitted, Filled, Closed];

    /// <summary>The steps that lead to a final status, in order; only the last one is terminal.</summary>
    public static IReadOnlyList<string> StepsTo(string status) => status switch
    {
        Filled => ToFilled,
        Protected => ToProtected,
        Closed => ToClosed,
        _ => [status],
    };

    /// <summary>Something of it may still be traded.</summary>
    public static bool IsOpen(string status) => status is Accepted or Submitted or PartiallyFilled or Unknown;

    public static string Word(TradeAction action) => action switch
    {
        TradeAction.Long => "LONG",
        TradeAction.Short => "SHORT",
        TradeAction.Close => "CLOSE",
        _ => "NO_TRADE",
    };
}
