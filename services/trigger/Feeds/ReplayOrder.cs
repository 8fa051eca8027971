using System.Globalization;

namespace TradingSystem.Trigger.Feeds;

/// <summary>
/// The rows of one text in the order of their keys. It looks <paramref name="window"/> rows ahead, and a row may come so many behind its place; with a
/// window of 0 the text is streamed, and must be in order. Rows that are there twice are told once and counted; rows of one key that differ are
/// refused, as is a row that comes later than the window. The reader is this one's own.
/// </summary>
internal sealed class ReplayOrder<T>(string file, ReplayReader reader, ReplayKind<T> kind, int window, ReplayTally tally) : IDisposable
    where T : struct
{
    private readonly Ahead? _ahead = window == 0 ? null : new();
    private long _newest = long.MinValue;
    private int _line;
    private bool _told;
    private bool _ended;

    public T Row { get; private set; }

    public long Key { get; private set; }

    public ReplayPlace Place => new(file, _line);

    public bool MoveNext()
    {
        while (_ahead is null ? TryRead(out var item) : TryTake(_ahead, out item))
        {
            if (_told && kind.IsUnique && item.Key == Key)
            {
                var at = new ReplayPlace(file, item.Line);
                if (!EqualityComparer<T>.Default.Equals(item.Row, Row))
                {
                    throw kind.Differs(item.Row, at, Row, Place);
                }

                tally.Twice.Add(at);
                continue;
            }

            (Row, Key, _line, _told) = (item.Row, item.Key, item.Line, true);
            if (item.IsLate)
            {
                tally.OutOfOrder.Add(Place);
            }

            return true;
        }

        return false;
    }

    public void Dispose() => reader.Dispose();

    private bool TryTake(Ahead ahead, out Item item)
    {
        while (!_ended && ahead.Count <= window && TryRead(out var row))
        {
            _newest = Math.Max(_newest, row.Key);
            ahead.Put(row);
        }

        return ahead.TryTake(out item);
    }

    private bool TryRead(out Item item)
    {
        if (kind.Next(reader) is not { } row)
        {
            if (!_ended && reader.IsCutOff)
            {
                tally.CutOff.Add(new ReplayPlace(file, reader.Line));
            }

            _ended = true;
            item = default;
            return false;
        }

        var key = kind.Key(row);
        item = new Item(row, key, reader.Line, key < _newest);
        return !_told || key >= Key ? true : throw TooLate(item);
    }

    private ReplayFormatException TooLate(in Item item)
    {
        var rule = window == 0
            ? "rows must be in order, or out of it already when the file is opened"
            : string.Create(CultureInfo.InvariantCulture, $"a row must come at most {window} rows behind its place, for no more are sorted");
        return new ReplayFormatException(file, item.Line, kind.Column, rule, kind.Content(item.Row));
    }

    private readonly record struct Item(T Row, long Key, int Line, bool IsLate);

    /// <summary>Rows that were read ahead: those that rise, as they came, and those that came behind a later one. Rows in order are not sorted.</summary>
    private sealed class Ahead
    {
        private const int Block = 512;

        private readonly Queue<Item> _rising = new();

        // By number, in blocks that stay where they are when more come: there may be a year of them.
        private readonly PriorityQueue<int, (long Key, int Line)> _late = new();
        private readonly List<Item[]> _blocks = [];
        private readonly Stack<int> _free = [];
        private int _numbers;

        public int Count => _rising.Count + _late.Count;

        public void Put(in Item item)
        {
            if (!item.IsLate)
            {
                _rising.Enqueue(item);
                return;
            }

            if (!_free.TryPop(out var number))
            {
                number = _numbers++;
                if (number % Block == 0)
                {
                    _blocks.Add(new Item[Block]);
                }
            }

            _blocks[number / Block][number % Block] = item;
            _late.Enqueue(number, (item.Key, item.Line));
        }

        /// <summary>The first by key and then by line, so that the later of two alike is the one too many.</summary>
        public bool TryTake(out Item item)
        {
            var hasRising = _rising.TryPeek(out var next);
            if (!_late.TryPeek(out var number, out var late) || (hasRising && late.CompareTo((next.Key, next.Line)) > 0))
            {
                return _rising.TryDequeue(out item);
            }

            _late.Dequeue();
            _free.Push(number);
            item = _blocks[number / Block][number % Block];
            return true;
        }
    }
}
