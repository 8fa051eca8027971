using System.Globalization;

namespace TradingSystem.Trigger.Feeds;

/// <summary>Reads rows of one csv text and checks each of them.</summary>
public sealed class ReplayReader : IDisposable
{
    private const long FirstMillisecond = 1_000_000_000_000;
    private const long FirstMicrosecond = 1_000_000_000_000_000;

    private static readonly string[] KlineColumns = ["open_time", "open", "high", "low", "close", "volume"];
    private static readonly string[] TradeColumns = ["price", "quantity", "transact_time"];
    private static readonly string[] IdColumns = ["agg_trade_id", "trade_id", "id"];
    private const string CloseTime = "close_time";
    private const string BuyerMade = "is_buyer_maker";

    private readonly string _file;
    private readonly StreamReader _text;
    private readonly string[] _names;
    private readonly int[] _columns;
    private readonly int _width;
    private readonly int _closeTime = -1;
    private readonly int _buyerMade = -1;
    private readonly int _id = -1;
    private string[]? _ahead;
    private DateTimeOffset _last = DateTimeOffset.MinValue;
    private long _lastId = long.MinValue;

    public ReplayReader(string file, StreamReader text)
    {
        _file = file;
        _text = text;
        var first = Fields() ?? throw new ReplayFormatException(file, 1, "1", "the file must not be empty", "");
        _width = first.Length;
        if (first[0].Length > 0 && char.IsAsciiLetter(first[0][0]))
        {
            var header = first.Select(f => f.Trim().ToLowerInvariant()).Select(f => f == "time" ? "transact_time" : f).ToArray();
            IsTrades = !header.Contains("open") && TradeColumns.All(header.Contains);
            _names = IsTrades ? TradeColumns : KlineColumns;
            _columns = [.. _names.Select(n => Array.IndexOf(header, n))];
            _closeTime = IsTrades ? -1 : Array.IndexOf(header, CloseTime);
            _buyerMade = Array.IndexOf(header, BuyerMade);
            _id = IsTrades ? IdColumns.Select(n => Array.IndexOf(header, n)).FirstOrDefault(i => i >= 0, -1) : -1;
            var missing = Array.IndexOf(_columns, -1);
            if (missing >= 0)
            {
                throw new ReplayFormatException(
                    file, 1, _names[missing], "the header must name open_time,open,high,low,close,volume or price,quantity,transact_time",
                    string.Join(',', first));
            }
        }
        else
        {
            // Archives without a header: twelve columns (or our six) are klines, seven or eight aggregated trades.
            IsTrades = first.Length is 7 or 8;
            if (!IsTrades && first.Length is not (6 or 12))
            {
                throw new ReplayFormatException(
                    file, 1, "count", "without a header there must be 6 or 12 columns (klines) or 7 or 8 (aggTrades)",
                    first.Length.ToString(CultureInfo.InvariantCulture));
            }

            _names = IsTrades ? TradeColumns : KlineColumns;
            _columns = IsTrades ? [1, 2, 5] : [0, 1, 2, 3, 4, 5];
            _closeTime = first.Length == 12 ? 6 : -1;
            _buyerMade = IsTrades ? 6 : -1;
            _id = IsTrades ? 0 : -1;
            _ahead = first;
        }
    }

    public bool IsTrades { get; }

    /// <summary>Trades are numbered, so that one which is missing, or told twice, is known.</summary>
    public bool HasIds => _id >= 0;

    /// <summary>Of the row that was read last; the first line of the file is 1.</summary>
    public int Line { get; private set; }

    /// <summary>Where that row is, for messages.</summary>
    public string Place => string.Create(CultureInfo.InvariantCulture, $"{_file} line {Line}");

    /// <summary>The last row ended in the middle, as of a download that was broken off, and was left out.</summary>
    public bool IsCutOff { get; private set; }

    public ReplayBar? NextBar()
    {
        if (Next() is not { } row)
        {
            return null;
        }

        var openTime = Time(row, _columns[0], _names[0]).At;
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

        var volume = Number(row, 5, "volume must be a decimal number of at least 0", v => v >= 0);
        return new ReplayBar(openTime, open, high, low, close, volume, _closeTime < 0 ? null : End(row));
    }

    public ReplayTrade? NextTrade(string symbol)
    {
        if (Next() is not { } row)
        {
            return null;
        }

        var at = Time(row, _columns[2], _names[2]).At;
        if (at < _last)
        {
            throw Broken(row, 2, "times must not fall from row to row");
        }

        _last = at;
        return new ReplayTrade(new Trade(symbol, Price(row, 0), Number(row, 1, "quantity must be a decimal number above 0", v => v > 0), at, TakerBuys: TakerBuys(row)), Id(row));
    }

    public ReplayFormatException Broken(string column, string rule, string got) => new(_file, Line, column, rule, got);

    public void Dispose() => _text.Dispose();

    /// <summary>Null in a file that does not tell who took.</summary>
    private bool? TakerBuys(string[] row) =>
        _buyerMade < 0 ? null
        : bool.TryParse(row[_buyerMade], out var made) ? !made
        : throw Broken(BuyerMade, "must be true or false", row[_buyerMade]);

    private long? Id(string[] row)
    {
        if (_id < 0)
        {
            return null;
        }

        if (!long.TryParse(row[_id], NumberStyles.None, CultureInfo.InvariantCulture, out var id) || id <= _lastId)
        {
            throw Broken(IdColumns[0], "ids must be whole numbers that rise from row to row", row[_id]);
        }

        return _lastId = id;
    }

    private string[]? Next()
    {
        var row = _ahead ?? Fields();
        _ahead = null;
        if (row is null || (row.Length >= _width && row[_width - 1].Length > 0))
        {
            return row;
        }

        if (_text.EndOfStream)
        {
            IsCutOff = true;
            return null;
        }

        return row.Length >= _width ? row
            : throw Broken("count", $"there must be at least {_width} columns, as in the first row", row.Length.ToString(CultureInfo.InvariantCulture));
    }

    private string[]? Fields()
    {
        try
        {
            string? line;
            do
            {
                line = _text.ReadLine();
                Line++;
            }
            while (line is { Length: 0 });

            return line?.TrimStart('\uFEFF').Split(',');
        }
        catch (InvalidDataException e)
        {
            throw new ReplayFormatException($"{_file} line {Line}: the archive must be readable ({e.Message})", e);
        }
    }

    /// <summary>Exchanges give the last instant of the bar; its end is the first one behind it.</summary>
    private DateTimeOffset End(string[] row)
    {
        var (at, isLast) = Time(row, _closeTime, CloseTime);
        return isLast ? new(((at.UtcTicks / TimeSpan.TicksPerMillisecond) + 1) * TimeSpan.TicksPerMillisecond, TimeSpan.Zero) : at;
    }

    private (DateTimeOffset At, bool IsLast) Time(string[] row, int column, string name)
    {
        if (!long.TryParse(row[column], NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value is < FirstMillisecond or >= FirstMicrosecond * 10)
        {
            throw Broken(name, "time must be Unix milliseconds or microseconds", row[column]);
        }

        var at = value >= FirstMicrosecond
            ? DateTimeOffset.UnixEpoch.AddTicks(value * TimeSpan.TicksPerMicrosecond)
            : DateTimeOffset.FromUnixTimeMilliseconds(value);
        return (at, (value + 1) % 1_000 == 0);
    }

    private decimal Price(string[] row, int field) => Number(row, field, "price must be a decimal number above 0", v => v > 0);

    private decimal Number(string[] row, int field, string rule, Func<decimal, bool> holds) =>
        decimal.TryParse(row[_columns[field]], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && holds(value)
            ? value
            : throw Broken(row, field, rule);

    private ReplayFormatException Broken(string[] row, int field, string rule) => Broken(_names[field], rule, row[_columns[field]]);
}
