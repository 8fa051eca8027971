using System.Globalization;

namespace TradingSystem.Trigger.Feeds;

/// <summary>
/// Reads rows of one csv text and checks each of them; their order is not its concern. A text may be several that were joined, each with the same header.
/// Times are Unix milliseconds or microseconds, each row's as it comes.
/// </summary>
public sealed class ReplayReader : IDisposable
{
    private const long FirstMillisecond = 1_000_000_000_000;
    private const long FirstMicrosecond = 1_000_000_000_000_000;

    private readonly string _file;
    private readonly StreamReader _text;
    private readonly ReplayColumns _columns;
    private (string[] Row, int Line)? _ahead;
    private int _lines;

    // Rows whose last column is empty: then a last row that is so was not cut off there.
    private bool _endsEmpty;

    public ReplayReader(string file, StreamReader text)
    {
        _file = file;
        _text = text;
        var first = Fields() ?? throw new ReplayFormatException(file, 1, "1", "the file must not be empty", "");
        var at = new ReplayPlace(file, _lines);
        if (ReplayColumns.IsHeader(first))
        {
            _columns = ReplayColumns.OfHeader(at, first);
        }
        else
        {
            _columns = ReplayColumns.OfFirstRow(at, first);
            _ahead = (first, _lines);
        }
    }

    public bool IsTrades => _columns.IsTrades;

    /// <summary>Trades are numbered, so that one which is missing, or told twice, is known.</summary>
    public bool HasIds => _columns.Id >= 0;

    /// <summary>Of the row that was read last; the first line of the file is 1.</summary>
    public int Line { get; private set; }

    /// <summary>The last row ended in the middle, as of a download that was broken off, and was left out.</summary>
    public bool IsCutOff { get; private set; }

    private string CountRule => string.Create(CultureInfo.InvariantCulture, $"there must be {_columns.Width} columns, as in the first row");

    public ReplayBar? NextBar()
    {
        if (Next() is not { } row)
        {
            return null;
        }

        var openTime = Time(row, _columns.Time, _columns.TimeName).At;
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
        return new ReplayBar(openTime, open, high, low, close, volume, _columns.CloseTime < 0 ? null : End(row));
    }

    public ReplayTrade? NextTrade(string symbol) =>
        Next() is not { } row ? null
        : new ReplayTrade(
            new Trade(
                symbol, Price(row, 0), Number(row, 1, "quantity must be a decimal number above 0", v => v > 0), Time(row, _columns.Time, _columns.TimeName).At,
                TakerBuys: TakerBuys(row)),
            Id(row));

    public void Dispose() => _text.Dispose();

    /// <summary>Null in a file that does not tell who took.</summary>
    private bool? TakerBuys(string[] row) =>
        _columns.BuyerMade < 0 ? null
        : bool.TryParse(row[_columns.BuyerMade], out var made) ? !made
        : throw Broken(ReplayColumns.BuyerMadeName, "must be true or false", row[_columns.BuyerMade]);

    private long? Id(string[] row) =>
        _columns.Id < 0 ? null
        : Whole(row[_columns.Id], out var id) ? id
        : throw Broken(ReplayColumns.IdName, "ids must be whole numbers", row[_columns.Id]);

    private string[]? Next()
    {
        while (!IsCutOff && Take() is { } row)
        {
            if (IsRow(row))
            {
                return row;
            }
        }

        return null;
    }

    private string[]? Take()
    {
        if (_ahead is { } ahead)
        {
            _ahead = null;
            Line = ahead.Line;
            return ahead.Row;
        }

        var row = Fields();
        Line = row is null ? Line : _lines;
        return row;
    }

    /// <summary>Not a header again, nor the beginning of a row that was cut off.</summary>
    private bool IsRow(string[] row)
    {
        if (_columns.IsHeaderAgain(row))
        {
            return ReplayColumns.OfHeader(new(_file, Line), row).IsSame(_columns)
                ? false
                : throw Broken("header", "a header within the text must be the one that it begins with", string.Join(',', row));
        }

        // More of them than the first row has: where a comma is one too many nobody can tell.
        if (row.Length > _columns.Width && !row.Skip(_columns.Width).All(string.IsNullOrWhiteSpace))
        {
            throw Broken("count", CountRule, row.Length.ToString(CultureInfo.InvariantCulture));
        }

        var isWhole = row.Length >= _columns.Width;
        if (isWhole && (_endsEmpty || row[_columns.Width - 1].Length > 0))
        {
            return true;
        }

        if (Fields() is not { } next)
        {
            IsCutOff = true;
            return false;
        }

        _ahead = (next, _lines);
        _endsEmpty |= isWhole;
        return isWhole ? true : throw Broken("count", CountRule, row.Length.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Of the next line that says something.</summary>
    private string[]? Fields()
    {
        try
        {
            string? line;
            do
            {
                line = _text.ReadLine();
                _lines++;
            }
            while (line is not null && line.AsSpan().Trim(" \t,\"\uFEFF").IsEmpty);

            // One in the middle is of a file that was joined to another.
            line = line?.TrimStart('\uFEFF');
            return line is null || !line.Contains('"', StringComparison.Ordinal) ? line?.Split(',') : Quoted(line);
        }
        catch (InvalidDataException e)
        {
            throw new ReplayFormatException($"{_file} line {_lines}: the archive must be readable ({e.Message})", e);
        }
    }

    private static string[] Quoted(string line)
    {
        var fields = new List<string>();
        for (var at = 0; at <= line.Length;)
        {
            var end = at;
            // A comma between quotes is the field's own.
            for (var quoted = false; end < line.Length && (quoted || line[end] != ','); end++)
            {
                quoted ^= line[end] == '"';
            }

            // What has quotes elsewhere than around it keeps them, and is no number.
            var field = line[at..end];
            var inner = field.Trim();
            fields.Add(inner.Length > 1 && inner[0] == '"' && inner[^1] == '"' && inner.AsSpan(1, inner.Length - 2).IndexOf('"') < 0 ? inner[1..^1] : field);
            at = end + 1;
        }

        return [.. fields];
    }

    /// <summary>Exchanges give the last instant of the bar; its end is the first one behind it.</summary>
    private DateTimeOffset End(string[] row)
    {
        var (at, isLast) = Time(row, _columns.CloseTime, ReplayColumns.CloseTimeName);
        return isLast ? new(((at.UtcTicks / TimeSpan.TicksPerMillisecond) + 1) * TimeSpan.TicksPerMillisecond, TimeSpan.Zero) : at;
    }

    private (DateTimeOffset At, bool IsLast) Time(string[] row, int column, string name)
    {
        const long EndOfMilliseconds = FirstMillisecond * 10;
        const long EndOfMicroseconds = FirstMicrosecond * 10;
        if (!Whole(row[column], out var value) || value is not ((>= FirstMillisecond and < EndOfMilliseconds) or (>= FirstMicrosecond and < EndOfMicroseconds)))
        {
            throw Broken(name, "time must be Unix milliseconds or microseconds", row[column]);
        }

        var isMicros = value >= FirstMicrosecond;
        var at = isMicros ? DateTimeOffset.UnixEpoch.AddTicks(value * TimeSpan.TicksPerMicrosecond) : DateTimeOffset.FromUnixTimeMilliseconds(value);
        // Milliseconds that somebody wrote as microseconds: their last instant is that of milliseconds.
        var last = isMicros && value % 1_000 == 0 ? value / 1_000 : value;
        return (at, (last + 1) % 1_000 == 0);
    }

    // Copies of archives have been through tools that write whole numbers as 1746372780000.0; an exponent has lost digits and is none.
    private static bool Whole(string text, out long value)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out value))
        {
            return true;
        }

        const NumberStyles Pointed = NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite | NumberStyles.AllowDecimalPoint;
        var isWhole = decimal.TryParse(text, Pointed, CultureInfo.InvariantCulture, out var number)
            && number <= long.MaxValue && number == decimal.Truncate(number);
        value = isWhole ? (long)number : 0;
        return isWhole;
    }

    private decimal Price(string[] row, int field) => Number(row, field, "price must be a decimal number above 0", v => v > 0);

    private decimal Number(string[] row, int field, string rule, Func<decimal, bool> holds) =>
        decimal.TryParse(row[_columns.Of(field)], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && holds(value)
            ? value
            : throw Broken(row, field, rule);

    private ReplayFormatException Broken(string[] row, int field, string rule) => Broken(_columns.NameOf(field), rule, row[_columns.Of(field)]);

    private ReplayFormatException Broken(string column, string rule, string got) => new(_file, Line, column, rule, got);
}
