namespace TradingSystem.Trigger.Feeds;

/// <summary>
/// The rows of several texts in one order, each once: what two of them hold alike is a duplicate and counted, what they hold differently is refused.
/// A text is opened when its first row is due, so archives of many days are read one at a time.
/// </summary>
/// <param name="key">What rows are ordered by, and told apart by.</param>
/// <param name="column">Name of the key's column.</param>
internal sealed class ReplayMerge<T>(Func<ReplayReader, T?> next, Func<T, long> key, string column)
    where T : struct
{
    public IEnumerable<(T Row, ReplayReader At)> Rows(IReadOnlyList<(ReplaySource Source, long First)> sources, ReplayTally tally)
    {
        var open = new List<Cursor>();
        var due = new Queue<(ReplaySource Source, long First)>(sources.OrderBy(s => s.First));
        try
        {
            while (true)
            {
                var first = open.MinBy(c => c.Key);
                if (due.Count > 0 && (first is null || due.Peek().First <= first.Key))
                {
                    var cursor = new Cursor(due.Dequeue().Source, next, key);
                    open.Add(cursor);
                    Step(cursor, open, tally);
                    continue;
                }

                if (first is null)
                {
                    yield break;
                }

                foreach (var other in open.Where(c => c != first && c.Key == first.Key).ToList())
                {
                    if (!EqualityComparer<T>.Default.Equals(other.Row, first.Row))
                    {
                        throw other.Reader.Broken(column, $"what {first.Reader.Place} has too must be the same there", $"{other.Row}");
                    }

                    tally.Duplicates++;
                    Step(other, open, tally);
                }

                yield return (first.Row, first.Reader);
                Step(first, open, tally);
            }
        }
        finally
        {
            open.ForEach(c => c.Reader.Dispose());
        }
    }

    private static void Step(Cursor cursor, List<Cursor> open, ReplayTally tally)
    {
        if (cursor.MoveNext())
        {
            return;
        }

        if (cursor.Reader.IsCutOff)
        {
            tally.CutOff.Add(cursor.Reader.Place);
        }

        cursor.Reader.Dispose();
        open.Remove(cursor);
    }

    private sealed class Cursor(ReplaySource source, Func<ReplayReader, T?> next, Func<T, long> key)
    {
        public ReplayReader Reader { get; } = source.Read();

        public T Row { get; private set; }

        public long Key { get; private set; }

        public bool MoveNext()
        {
            if (next(Reader) is not { } row)
            {
                return false;
            }

            (Row, Key) = (row, key(row));
            return true;
        }
    }
}
