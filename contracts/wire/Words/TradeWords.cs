namespace TradingSystem.Contracts.Wire;

/// <summary>An action with what it means, for people.</summary>
public sealed record ActionWord(string Word, string Meaning);

/// <summary>What a decision asks for.</summary>
public static class ActionWords
{
    public const string Long = "LONG";
    public const string Short = "SHORT";
    public const string Close = "CLOSE";
    public const string NoTrade = "NO_TRADE";

    /// <summary>As an action, another spelling of <see cref="Long"/>.</summary>
    public const string Buy = SideWords.Buy;

    /// <summary>As an action, another spelling of <see cref="Short"/>.</summary>
    public const string Sell = SideWords.Sell;

    public static readonly IReadOnlyList<ActionWord> Table =
    [
        new(Long, "Buys: opens or adds to a long position, or makes a short one smaller."),
        new(Short, "Sells: opens or adds to a short position, or makes a long one smaller."),
        new(Close, "Closes the position, or `qty` of it."),
        new(NoTrade, "Decides to do nothing; it is recorded."),
    ];

    /// <summary>Those that a decision has once it is read.</summary>
    public static readonly string[] All = [.. Table.Select(w => w.Word)];

    /// <summary>Those that a sender may write.</summary>
    public static readonly string[] Written = [Long, Short, Close, Buy, Sell, NoTrade];

    /// <summary>Those that may open a position, as a sender may write them.</summary>
    public static readonly string[] Entries = [Long, Short, Buy, Sell];

    /// <summary>The one word of two spellings.</summary>
    public static string Plain(string written) => written switch
    {
        Buy => Long,
        Sell => Short,
        _ => written,
    };
}

/// <summary>Which way an order trades.</summary>
public static class SideWords
{
    public const string Buy = "BUY";
    public const string Sell = "SELL";

    public static readonly string[] All = [Buy, Sell];

    public static string Of(bool buys) => buys ? Buy : Sell;

    /// <summary>Null where nothing is traded.</summary>
    public static string? Of(bool? buys) => buys is { } known ? Of(known) : null;

    public static string Opposite(string side) => Of(side == Sell);
}

/// <summary>Which way a position stands.</summary>
public static class PositionWords
{
    public const string Long = ActionWords.Long;
    public const string Short = ActionWords.Short;
    public const string Flat = "FLAT";

    public static readonly string[] All = [Long, Short, Flat];

    /// <param name="qty">Below 0 short.</param>
    public static string Of(decimal qty) => qty > 0m ? Long : qty < 0m ? Short : Flat;
}

/// <summary>How an order is filled.</summary>
public static class OrderTypes
{
    public const string Market = "market";
    public const string Limit = "limit";

    public static readonly string[] All = [Market, Limit];
}

/// <summary>What a scope may trade, from the freest to the strictest.</summary>
public static class TradingStates
{
    public const string Active = "ACTIVE";
    public const string Reducing = "REDUCING";
    public const string Halted = "HALTED";

    public static readonly string[] All = [Active, Reducing, Halted];
}

/// <summary>Whether decisions act, from the freest to the strictest.</summary>
public static class TradingModes
{
    public const string Running = "running";
    public const string Paused = "paused";
    public const string Stopped = "stopped";

    public static readonly string[] All = [Running, Paused, Stopped];
}
