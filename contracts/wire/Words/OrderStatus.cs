namespace TradingSystem.Contracts.Wire;

/// <summary>A step of an order: <c>Told</c> says whether the group hears of it on the wire, <c>Meaning</c> is for people.</summary>
public sealed record StatusWord(string Word, bool Told, string Meaning);

/// <summary>The steps of an order.</summary>
public static class OrderStatus
{
    public const string Accepted = "accepted";
    public const string Submitted = "submitted";
    public const string PartiallyFilled = "partially_filled";
    public const string Filled = "filled";
    public const string Protected = "protected";
    public const string Stopped = "stopped";
    public const string TookProfit = "took_profit";
    public const string Closed = "closed";
    public const string Canceled = "canceled";
    public const string Rejected = "rejected";
    public const string Recorded = "recorded";
    public const string Unknown = "unknown";

    /// <summary>In the order in which they come.</summary>
    public static readonly IReadOnlyList<StatusWord> Table =
    [
        new(Accepted, true, "The decision passed every limit and has an order."),
        new(Submitted, true, "The order is on its way to the exchange."),
        new(PartiallyFilled, true, "A part of it is filled, or a part of what it opened is closed."),
        new(Filled, true, "All of it is filled, and the position stands or goes on."),
        new(Protected, true, "The protection that was asked for stands."),
        new(Stopped, true, "Its stop-loss closed the position."),
        new(TookProfit, true, "Its take-profit closed the position."),
        new(Closed, true, "The position is flat: a `CLOSE` has closed it, or something other than its protection ended what an entry had opened."),
        new(Canceled, true, "It was taken back; what had been filled until then counts."),
        new(Rejected, true, "It became no trade; the reason says why."),
        new(Recorded, false, "NO_TRADE: kept, and nothing is ordered."),
        new(Unknown, true, "What became of it at the exchange is not known yet; a later update says."),
    ];

    /// <summary>Every word that an order may have.</summary>
    public static readonly string[] All = [.. Table.Select(s => s.Word)];

    /// <summary>Those that an <c>order_update</c> may have.</summary>
    public static readonly string[] Told = [.. Table.Where(s => s.Told).Select(s => s.Word)];

    private static readonly string[] ToFilled = [Accepted, Submitted, Filled];
    private static readonly string[] ToProtected = [Accepted, Submitted, Filled, Protected];
    private static readonly string[] ToClosed = [Accepted, Submitted, Filled, Closed];

    /// <summary>The steps that lead to a final status where all happens at once, in order; only the last one is terminal.</summary>
    public static IReadOnlyList<string> StepsTo(string status) => status switch
    {
        Filled => ToFilled,
        Protected => ToProtected,
        Closed => ToClosed,
        _ => [status],
    };

    /// <summary>Something of it may still be traded.</summary>
    public static bool IsOpen(string status) => status is Accepted or Submitted or PartiallyFilled or Unknown;
}
