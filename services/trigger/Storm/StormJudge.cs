namespace TradingSystem.Trigger.Storm;

/// <summary>What of a signal decides what becomes of it.</summary>
/// <param name="Clock">What the times are of.</param>
/// <param name="RaisedAt">When it was raised: what says the same is near in this.</param>
/// <param name="At">When it would wake somebody, which may be later: a group's minute is one of these.</param>
public sealed record Judged(Guid Id, int Priority, string? Kind, string Clock, DateTimeOffset RaisedAt, DateTimeOffset At);

/// <summary>
/// The three numbers over what was let through so far. A function of the signals and their times: live, on every node and in a rehearsal it says the same.
/// </summary>
public sealed class StormJudge(StormOptions options)
{
    /// <summary>The time that a group's events are counted over.</summary>
    public static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    // A year of events is judged in a rehearsal; nothing looks so far back.
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(30);

    private readonly Dictionary<(string Clock, string Kind), Queue<Pass>> _kinds = [];
    private readonly Dictionary<(string Clock, string Group), Queue<Pass>> _groups = [];

    /// <summary>Something that was let through.</summary>
    /// <param name="groups">Whom it woke.</param>
    public void Passed(Judged signal, IReadOnlyList<string> groups)
    {
        var pass = new Pass(signal.RaisedAt, signal.At, signal.Id, groups);
        if (signal.Kind is { } kind)
        {
            Add(_kinds, (signal.Clock, kind), pass);
        }

        foreach (var group in groups)
        {
            Add(_groups, (signal.Clock, group), pass);
        }
    }

    /// <summary>What becomes of a signal; what it lets through counts for the next.</summary>
    /// <param name="groups">Names of the groups that it is for.</param>
    public Verdict Judge(Judged signal, IReadOnlyList<string> groups)
    {
        var verdict = signal.Priority >= options.AlwaysFrom ? new(StormWords.Sent, groups, [], null, null) : Weigh(signal, groups);
        if (verdict.Outcome == StormWords.Sent)
        {
            Passed(signal, verdict.Groups);
        }

        return verdict;
    }

    private Verdict Weigh(Judged signal, IReadOnlyList<string> groups)
    {
        if (groups.Count == 0)
        {
            // Whom it wakes is not known, so nobody could be told what was kept from them.
            return new(StormWords.Sent, groups, [], null, null);
        }

        var same = SameAs(signal);
        var (free, full, first) = (new List<string>(), false, default(Guid?));
        foreach (var group in groups)
        {
            if (same.FindLast(p => p.Groups.Contains(group)) is { } known)
            {
                first = known.Id;
            }
            else if (options.PerMinute > 0 && CountOf(signal, group) >= options.PerMinute)
            {
                full = true;
            }
            else
            {
                free.Add(group);
            }
        }

        var reason = full ? StormWords.Budget : first is null ? null : StormWords.SameEvent;
        return new(free.Count > 0 ? StormWords.Sent : reason!, free, [.. groups.Except(free)], reason, first);
    }

    /// <summary>What said the same, in the order in which it was let through. A little later is as near as a little earlier: nodes do not tell in order.</summary>
    private List<Pass> SameAs(Judged signal) =>
        signal.Kind is { } kind && _kinds.TryGetValue((signal.Clock, kind), out var passed)
            ? [.. passed.Where(p => (signal.RaisedAt - p.RaisedAt).Duration() < options.SameWithin)]
            : [];

    private int CountOf(Judged signal, string group) =>
        _groups.TryGetValue((signal.Clock, group), out var passed) ? passed.Count(p => p.At > signal.At - Minute && p.At <= signal.At) : 0;

    private static void Add<TKey>(Dictionary<TKey, Queue<Pass>> all, TKey key, Pass pass)
        where TKey : notnull
    {
        if (!all.TryGetValue(key, out var passed))
        {
            all[key] = passed = new();
        }

        while (passed.TryPeek(out var oldest) && oldest.At < pass.At - Forgotten)
        {
            passed.Dequeue();
        }

        passed.Enqueue(pass);
    }

    private sealed record Pass(DateTimeOffset RaisedAt, DateTimeOffset At, Guid Id, IReadOnlyList<string> Groups);
}
