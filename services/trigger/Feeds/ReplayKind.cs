using System.Globalization;

namespace TradingSystem.Trigger.Feeds;

/// <summary>How the rows of a text are read, ordered and told apart.</summary>
/// <param name="Next">The row that comes next in a text, null behind its last.</param>
/// <param name="Key">What rows are ordered by.</param>
/// <param name="IsUnique">No two rows have one key, so that the same again is the same row.</param>
/// <param name="Column">Name of the key's column.</param>
/// <param name="Content">All but the key, for messages.</param>
internal sealed record ReplayKind<T>(Func<ReplayReader, T?> Next, Func<T, long> Key, bool IsUnique, string Column, Func<T, string> Content)
    where T : struct
{
    // Five decimals and a time.
    private const int LongestContent = 200;

    /// <summary>Of two rows of one key that differ.</summary>
    public ReplayFormatException Differs(T row, ReplayPlace at, T before, ReplayPlace there) =>
        new(at.File, at.Line, Column, $"what {there} has as '{Content(before)}' must be the same here", Content(row), LongestContent);
}

/// <summary>The kinds of rows that there are, and how far behind its place a row may come.</summary>
internal static class ReplayKinds
{
    /// <summary>
    /// A year of one-minute bars (525,600) is sorted whatever order it is in. A row takes some 180 bytes meanwhile, so a text at most 110 MB, and
    /// only while it is open: those of an archive that do not overlap are open one after the other. A text in order is not sorted and takes none of it.
    /// </summary>
    public const int BarWindow = 600_000;

    /// <summary>
    /// Of trades there are too many to read any text to its end first. Rows come late where the records of several connections were joined or a
    /// reconnect told the last moments again: this is ten seconds of a market with a thousand trades a second, minutes of a usual one, and 1.5 MB.
    /// </summary>
    public const int TradeWindow = 10_000;

    public static readonly ReplayKind<ReplayBar> Bars = new(
        r => r.NextBar(), b => b.OpenTime.UtcTicks, true, "open_time",
        b => FormattableString.Invariant($"{b.Open},{b.High},{b.Low},{b.Close},{b.Volume}") + (b.End is { } end ? $" until {Time(end)}" : ""));

    /// <summary>Of a text that numbers them, or does not: then they cannot be told apart, and those of one moment stay in the order of the text.</summary>
    public static ReplayKind<ReplayTrade> Trades(string symbol, bool hasIds) => hasIds
        ? new(r => r.NextTrade(symbol), t => t.Id!.Value, true, "agg_trade_id", Content)
        : new(r => r.NextTrade(symbol), t => t.Trade.MarketTime.UtcTicks, false, "transact_time", Content);

    private static string Content(ReplayTrade t) =>
        FormattableString.Invariant($"{t.Trade.Price},{t.Trade.Quantity},{Time(t.Trade.MarketTime)}")
        + (t.Trade.TakerBuys is { } buys ? buys ? ",buy" : ",sell" : "");

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture);
}
