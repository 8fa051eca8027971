namespace TradingSystem.Trigger.Feeds;

/// <summary>One text of a replay.</summary>
/// <param name="First">What its first row is ordered by.</param>
/// <param name="Window">How many rows are looked ahead for those that are out of order; 0 in a text that is in order.</param>
/// <param name="HasIds">Its rows are trades, and numbered.</param>
internal sealed record ReplayText(ReplaySource Source, long First, int Window, bool HasIds)
{
    public ReplayOrder<T> Read<T>(ReplayKind<T> kind, ReplayTally tally)
        where T : struct => new(Source.Name, Source.Read(), kind, Window, tally);
}

/// <summary>
/// The rows of several texts in one order, each once: what two of them hold alike is told once and counted, what they hold differently is refused.
/// A text is opened when its first row is due, so archives of many days are read one at a time.
/// </summary>
internal static class ReplayMerge
{
    public static IEnumerable<(T Row, ReplayPlace At)> Rows<T>(ReplayKind<T> kind, IReadOnlyList<ReplayText> texts, ReplayTally tally)
        where T : struct
    {
        var open = new List<ReplayOrder<T>>();
        var due = new Queue<ReplayText>(texts.OrderBy(t => t.First));
        try
        {
            while (true)
            {
                var first = open.MinBy(o => o.Key);
                if (due.Count > 0 && (first is null || due.Peek().First <= first.Key))
                {
                    var text = due.Dequeue().Read(kind, tally);
                    open.Add(text);
                    Step(text, open);
                    continue;
                }

                if (first is null)
                {
                    yield break;
                }

                foreach (var other in open.Where(o => o != first && o.Key == first.Key).ToList())
                {
                    if (!EqualityComparer<T>.Default.Equals(other.Row, first.Row))
                    {
                        throw kind.Differs(other.Row, other.Place, first.Row, first.Place);
                    }

                    tally.Twice.Add(other.Place);
                    Step(other, open);
                }

                yield return (first.Row, first.Place);
                Step(first, open);
            }
        }
        finally
        {
            open.ForEach(o => o.Dispose());
        }
    }

    private static void Step<T>(ReplayOrder<T> text, List<ReplayOrder<T>> open)
        where T : struct
    {
        if (!text.MoveNext())
        {
            text.Dispose();
            open.Remove(text);
        }
    }
}
