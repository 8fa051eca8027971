using System.Globalization;

namespace TradingSystem.Trigger.Feeds;

/// <summary>Reads rows of one csv text and checks each of them.</summary>
public sealed class ReplayReader : IDisposable
{
    private const long FirstMillisecond = 1_000_000_000_000;
    private const long FirstMicrosecond = 1_000_000_000_000_000;

    private static readonly string[] KlineColumns = ["open_time", "open", "high", "low", "close", "volume"];
    private static readonly string[] TradeColumns = ["price", "quantity", "transact_time"];
    private const string BuyerMade = "is_buyer_maker";

    private readonly string _file;
    private readonly StreamReader _text;
    private readonly string[] _names;
    private readonly int[] _columns;
    private readonly int _buyerMade = -1;
    private string[]? _ahead;
    private int _line;
    private DateTimeOffset _last = DateTimeOffset.MinValue;

    public ReplayReader(string file, StreamReader text)
    {
        _file = file;
        _text = text;
        var first = Fields() ?? throw new ReplayFormatException(file, 1, "1", "the file must not be empty", "");
        if (first[0].Length > 0 && char.IsAsciiLetter(first[0][0]))
        {
            var header = first.Select(f => f.Trim().ToLowerInvariant()).Select(f => f == "time" ? "transact_time" : f).ToArray();
            IsTrades = !header.Contains("open") && TradeColumns.All(header.Contains);
            _names = IsTrades ? TradeColumns : KlineColumns;
            _columns = [.. _names.Select(n => Array.IndexOf(header, n))];
            _buyerMade = Array.IndexOf(header, BuyerMade);
            var missing = Array.IndexOf(_columns, -1);
            if (missing >= 0)
            {
                throw new ReplayFormatException(file, 1, _names[missing], "the header must name open_time,open,high,low,close,volume or price,quantity,transact_time", string.Join(',', first));
            }
        }
        else
        {
            // Archives without a header: twelve columns (or our six) are klines, seven or eight aggregated trades.
            IsTrades = first.Length is 7 or 8;
            if (!IsTrades && first.Length is not (6 or 12))
            {
                throw new ReplayFormatException(file, 1, "count", "without a header there must be 6 or 12 columns (klines) or 7 or 8 (aggTrades)", first.Length.ToString(CultureInfo.InvariantCulture));
            }

            _names = IsTrades ? TradeColumns : KlineColumns;
            _columns = IsTrades ? [1, 2, 5] : [0, 1, 2, 3, 4, 5];
            _buyerMade = IsTrades ? 6 : -1;
            _ahead = first;
        }
    }

    public bool IsTrades { get; }

    public ReplayBar? NextBar()
    {
        if (Next() is not { } row)
        {
            return null;
        }

        var openTime = Time(row, 0);
        if (openTime <= _last)
        {
            throw Broken(row, 0, "times must rise from row to row");
        }

        _last = openTime;
        var (open, high, low, close) = (Price(row, 1), Price(row, 2), Price(row, 3), Price(row, 4));
        if (high < Math.Max(open, Math.Max(close, low)))
        {
            throw Broken(row, 2, "high must not be below open, low or close");
        }

        if (low > Math.Min(open, close))
        {
            throw Broken(row, 3, "low must not be above open or close");
        }

        return new ReplayBar(openTime, open, high, low, close, Number(row, 5, "volume must be a decimal number of at least 0", v => v >= 0));
    }

    public Trade? NextTrade(string symbol)
    {
        if (Next() is not { } row)
        {
            return null;
        }

        var at = Time(row, 2);
        if (at < _last)
        {
            throw Broken(row, 2, "times must not fall from row to row");
        }

        _last = at;
        return new Trade(symbol, Price(row, 0), Number(row, 1, "quantity must be a decimal number above 0", v => v > 0), at, TakerBuys: TakerBuys(row));
    }

    /// <summary>Null in a file that does not tell who took.</summary>
    private bool? TakerBuys(string[] row) =>
        _buyerMade < 0 ? null
        : _buyerMade < row.Length && bool.TryParse(row[_buyerMade], out var made) ? !made
        : throw new ReplayFormatException(_file, _line, BuyerMade, "must be true or false", _buyerMade < row.Length ? row[_buyerMade] : "");

    public void Dispose() => _text.Dispose();

    private string[]? Next()
    {
        var row = _ahead ?? Fields();
        _ahead = null;
        if (row is not null && row.Length <= _columns.Max())
        {
            throw new ReplayFormatException(_file, _line, "count", $"there must be at least {_columns.Max() + 1} columns", row.Length.ToString(CultureInfo.InvariantCulture));
        }

        return row;
    }

    private string[]? Fields()
    {
        try
        {
            string? line;
            do
            {
                line = _text.ReadLine();
                _line++;
            }
            while (line is { Length: 0 });

            return line?.TrimStart('\uFEFF').Split(',');
        }
        catch (InvalidDataException e)
        {
            throw new ReplayFormatException($"{_file} line {_line}: the archive must be readable ({e.Message})", e);
        }
    }

    private DateTimeOffset Time(string[] row, int field)
    {
        if (!long.TryParse(row[_columns[field]], NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value is < FirstMillisecond or >= FirstMicrosecond * 10)
        {
            throw Broken(row, field, "time must be Unix milliseconds or microseconds");
        }

        return value >= FirstMicrosecond
            ? DateTimeOffset.UnixEpoch.AddTicks(value * TimeSpan.TicksPerMicrosecond)
            : DateTimeOffset.FromUnixTimeMilliseconds(value);
    }

    private decimal Price(string[] row, int field) => Number(row, field, "price must be a decimal number above 0", v => v > 0);

    private decimal Number(string[] row, int field, string rule, Func<decimal, bool> holds) =>
        decimal.TryParse(row[_columns[field]], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && holds(value)
            ? value
            : throw Broken(row, field, rule);

    private ReplayFormatException Broken(string[] row, int field, string rule) =>
        new(_file, _line, _names[field], rule, row[_columns[field]]);
}
