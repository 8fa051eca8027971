namespace TradingSystem.Gateway.Feeds;

/// <summary>A frame in a group's order. <c>Prev…</c> are the positions before it: of any frame, and of the last event.</summary>
public readonly record struct FeedEntry(PushFrame Frame, long PrevSeq, long PrevEventSeq, long BytesBefore);

/// <summary>Where a reader stands. <c>Index</c> counts the feed's entries since the start of the process.</summary>
public readonly record struct FeedCursor(long Index);

/// <summary>
/// The last frames of one group, oldest first, in one order for live and replayed reading. Bounded: what falls out is remembered
/// by its position, so that a reader who needed it is told.
/// </summary>
public sealed class GroupFeed(int capacity, long beginsAfter, Action<PushFrame> released)
{
    private const int InitialCapacity = 16;

    private readonly Lock _gate = new();
    private FeedEntry[] _ring = [];
    private long _start;
    private long _end;
    private long _bytes;
    private long _lastSeq;
    private long _lastEventSeq;

    /// <summary>Frames up to this position may be gone.</summary>
    private long _goneThrough = beginsAfter;

    /// <summary>Behind the newest frame, with its position: of any frame, or of events alone; 0 if there was none.</summary>
    public (FeedCursor End, long LastSeq) Tip(bool orders)
    {
        lock (_gate)
        {
            return (new(_end), orders ? _lastSeq : _lastEventSeq);
        }
    }

    public void Append(PushFrame frame)
    {
        lock (_gate)
        {
            if (_end - _start == capacity)
            {
                DropOldest();
            }

            if (_end - _start == _ring.Length)
            {
                Grow();
            }

            _ring[_end % _ring.Length] = new(frame, _lastSeq, _lastEventSeq, _bytes);
            frame.Hold();
            _end++;
            _bytes += frame.Size;
            _lastSeq = frame.Seq;
            if (!frame.IsOrder)
            {
                _lastEventSeq = frame.Seq;
            }
        }
    }

    /// <summary>Forgets what is older than <paramref name="oldest"/> or before <paramref name="position"/>.</summary>
    public void Trim(DateTimeOffset oldest, long position)
    {
        lock (_gate)
        {
            while (_end > _start && At(_start).Frame is var frame && (frame.AppendedAt < oldest || frame.Seq < position))
            {
                DropOldest();
            }
        }
    }

    /// <summary>
    /// Where to go on after <paramref name="seq"/>. Null when frames after it are gone, or when it lies beyond what this feed knows of;
    /// <paramref name="firstHeld"/> is then the oldest position that can be had.
    /// </summary>
    public FeedCursor? After(long seq, long known, out long firstHeld)
    {
        lock (_gate)
        {
            firstHeld = _end > _start ? At(_start).Frame.Seq : known + 1;
            if (seq < _goneThrough || seq > known)
            {
                return null;
            }

            var (low, high) = (_start, _end);
            while (low < high)
            {
                var middle = low + ((high - low) / 2);
                (low, high) = At(middle).Frame.Seq <= seq ? (middle + 1, high) : (low, middle);
            }

            return new(low);
        }
    }

    /// <summary>
    /// Adds entries from <paramref name="cursor"/> on to <paramref name="into"/>, up to about <paramref name="maxBytes"/>. False when some were lost
    /// to the reader.
    /// </summary>
    public bool Read(ref FeedCursor cursor, List<FeedEntry> into, int maxBytes)
    {
        lock (_gate)
        {
            if (cursor.Index < _start)
            {
                return false;
            }

            var index = cursor.Index;
            for (var bytes = 0; index < _end && bytes < maxBytes; index++)
            {
                ref readonly var entry = ref At(index);
                into.Add(entry);
                bytes += entry.Frame.Size;
            }

            cursor = new(index);
            return true;
        }
    }

    /// <summary>Bytes between the reader and the newest frame.</summary>
    public long Behind(FeedCursor cursor)
    {
        lock (_gate)
        {
            return cursor.Index >= _end ? 0
                : cursor.Index < _start ? long.MaxValue
                : _bytes - At(cursor.Index).BytesBefore;
        }
    }

    private ref FeedEntry At(long index) => ref _ring[index % _ring.Length];

    private void DropOldest()
    {
        var frame = At(_start).Frame;
        _goneThrough = frame.Seq;
        At(_start) = default;
        _start++;
        if (frame.Release())
        {
            released(frame);
        }
    }

    private void Grow()
    {
        var larger = new FeedEntry[Math.Min(capacity, Math.Max(InitialCapacity, _ring.Length * 2))];
        for (var i = _start; i < _end; i++)
        {
            larger[i % larger.Length] = At(i);
        }

        _ring = larger;
    }
}
