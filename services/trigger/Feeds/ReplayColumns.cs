using System.Globalization;

namespace TradingSystem.Trigger.Feeds;

/// <summary>Which column of a text means what: by its header, in whatever order, or by their number where it has none.</summary>
internal sealed class ReplayColumns
{
    public const string CloseTimeName = "close_time";
    public const string BuyerMadeName = "is_buyer_maker";

    private static readonly string[] KlineNames = ["open_time", "open", "high", "low", "close", "volume"];
    private static readonly string[] TradeNames = ["price", "quantity", "transact_time"];
    private static readonly string[] IdNames = ["agg_trade_id", "trade_id", "id"];

    private readonly int[] _fields;

    private ReplayColumns(bool isTrades, int width, int[] fields, int closeTime, int buyerMade, int id)
    {
        (IsTrades, Width, _fields) = (isTrades, width, fields);
        (CloseTime, BuyerMade, Id) = (isTrades ? -1 : closeTime, isTrades ? buyerMade : -1, isTrades ? id : -1);
    }

    public bool IsTrades { get; }

    /// <summary>How many columns there are, with those that mean nothing.</summary>
    public int Width { get; }

    /// <summary>The column of a bar's end; -1 where there is none, as for those below.</summary>
    public int CloseTime { get; }

    public int BuyerMade { get; }

    public int Id { get; }

    /// <summary>The column of the time that a bar opened, or a trade happened at.</summary>
    public int Time => _fields[IsTrades ? 2 : 0];

    public string TimeName => IsTrades ? TradeNames[2] : KlineNames[0];

    public static string IdName => IdNames[0];

    /// <summary>The column of a field: of bars time, open, high, low, close, volume; of trades price, quantity, time.</summary>
    public int Of(int field) => _fields[field];

    public string NameOf(int field) => (IsTrades ? TradeNames : KlineNames)[field];

    /// <summary>The first row of a text that names its columns. One that does not begins with a number.</summary>
    public static bool IsHeader(string[] row) => Array.Find(row, f => !string.IsNullOrWhiteSpace(f)) is { } name && char.IsAsciiLetter(name.TrimStart()[0]);

    /// <summary>A header again, within the text: words where the time should be.</summary>
    public bool IsHeaderAgain(string[] row)
    {
        if (Time >= row.Length)
        {
            return false;
        }

        var time = row[Time].AsSpan().TrimStart();
        return time.Length > 0 && char.IsAsciiLetter(time[0]);
    }

    /// <summary>All that is read lies in the same columns.</summary>
    public bool IsSame(ReplayColumns other) =>
        (IsTrades, Width, CloseTime, BuyerMade, Id) == (other.IsTrades, other.Width, other.CloseTime, other.BuyerMade, other.Id)
        && _fields.AsSpan().SequenceEqual(other._fields);

    /// <exception cref="ReplayFormatException">A column is missing, or named twice.</exception>
    public static ReplayColumns OfHeader(ReplayPlace at, string[] row)
    {
        string[] header = [.. row.Select(Name)];
        var isTrades = !header.Contains("open") && TradeNames.All(header.Contains);
        var names = isTrades ? TradeNames : KlineNames;
        var missing = names.FirstOrDefault(n => !header.Contains(n));
        if (missing is not null)
        {
            throw at.Broken(missing, "the header must name open_time,open,high,low,close,volume or price,quantity,transact_time", string.Join(',', row));
        }

        foreach (var name in names.Append(CloseTimeName).Append(BuyerMadeName))
        {
            if (header.Count(h => h == name) > 1)
            {
                throw at.Broken(name, "the header must name a column once", string.Join(',', row));
            }
        }

        // A comma behind the last of them makes no column.
        var width = Array.FindLastIndex(header, h => h.Length > 0) + 1;
        return new(
            isTrades, width, [.. names.Select(n => Array.IndexOf(header, n))], Array.IndexOf(header, CloseTimeName), Array.IndexOf(header, BuyerMadeName),
            IdNames.Select(n => Array.IndexOf(header, n)).FirstOrDefault(i => i >= 0, -1));
    }

    /// <summary>Archives without a header: twelve columns (or our six) are klines, seven or eight aggregated trades.</summary>
    /// <exception cref="ReplayFormatException">There are more or fewer.</exception>
    public static ReplayColumns OfFirstRow(ReplayPlace at, string[] row)
    {
        var width = row.Length is 7 or 9 or 13 && string.IsNullOrWhiteSpace(row[^1]) ? row.Length - 1 : row.Length;
        return width switch
        {
            6 or 12 => new(false, width, [0, 1, 2, 3, 4, 5], width == 12 ? 6 : -1, -1, -1),
            7 or 8 => new(true, width, [1, 2, 5], -1, 6, 0),
            _ => throw at.Broken(
                "count", "without a header there must be 6 or 12 columns (klines) or 7 or 8 (aggTrades)", row.Length.ToString(CultureInfo.InvariantCulture)),
        };
    }

    // As exchanges and their copies write them: "Open time", "open_time".
    private static string Name(string field) => field.Trim().ToLowerInvariant().Replace(' ', '_') switch
    {
        "time" => TradeNames[2],
        "qty" => TradeNames[1],
        var name => name,
    };
}
