using TradingSystem.Trigger.Blackouts;

namespace TradingSystem.Trigger.Storm;

/// <summary>What of a signal decides what becomes of it.</summary>
/// <param name="Topic">What it is about; null where no other says the same.</param>
/// <param name="Says">What it says of it.</param>
/// <param name="Clock">What the times are of.</param>
/// <param name="RaisedAt">When it was raised: what says the same is near in this.</param>
/// <param name="At">When it would wake somebody, which may be later: a group's minute is one of these.</param>
public sealed record Judged(Guid Id, int Priority, string? Topic, string Says, string Clock, DateTimeOffset RaisedAt, DateTimeOffset At);

/// <summary>
/// The three numbers over what was let through so far, and blackouts. A function of the signals and their times: live, on every node and in a rehearsal it says the same.
/// </summary>
/// <param name="muteOf">The blackout that a group of this name is muted by at a time; null where it is not, or where there are none.</param>
public sealed class StormJudge(StormOptions options, Func<string, DateTimeOffset, Mute?>? muteOf = null)
{
    /// <summary>The time that a group's events are counted over.</summary>
    public static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    // A year of events is judged in a rehearsal; nothing looks so far back.
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(30);

    private readonly Dictionary<(string Clock, string Topic), Queue<Pass>> _topics = [];
    private readonly Dictionary<(string Clock, string Group), Queue<Pass>> _groups = [];

    /// <summary>Something that was let through.</summary>
    /// <param name="groups">Whom it wakes.</param>
    public void Passed(Judged signal, IReadOnlyList<string> groups)
    {
        var pass = new Pass(signal.RaisedAt, signal.At, signal.Id, signal.Says, groups);
        if (signal.Topic is { } topic)
        {
            Add(_topics, (signal.Clock, topic), pass);
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
        var verdict = signal.Priority >= options.AlwaysFrom ? new(groups, []) : Weigh(signal, groups);
        if (!verdict.IsHeldBack)
        {
            Passed(signal, verdict.Groups);
        }

        return verdict;
    }

    private Verdict Weigh(Judged signal, IReadOnlyList<string> groups)
    {
        var near = Near(signal);
        var (free, holds) = (new List<string>(), new List<Hold>());
        foreach (var group in groups)
        {
            if (muteOf?.Invoke(group, signal.At) is { } mute)
            {
                holds.Add(new(group, StormWords.Mute, null, mute.Blackout));
                continue;
            }

            // What the group was told last is what it knows: up after down is news, though it was up before.
            if (near.FindLast(p => p.Groups.Contains(group)) is { } last && last.Says == signal.Says)
            {
                holds.Add(new(group, StormWords.SameEvent, last.Id));
            }
            else if (options.PerMinute > 0 && CountOf(signal, group) >= options.PerMinute)
            {
                holds.Add(new(group, StormWords.Budget, null));
            }
            else
            {
                free.Add(group);
            }
        }

        return new(free, holds);
    }

    /// <summary>What was let through of the same topic, in that order. A little later is as near as a little earlier: nodes do not tell in order.</summary>
    private List<Pass> Near(Judged signal) =>
        signal.Topic is { } topic && _topics.TryGetValue((signal.Clock, topic), out var passed)
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

    private sealed record Pass(DateTimeOffset RaisedAt, DateTimeOffset At, Guid Id, string Says, IReadOnlyList<string> Groups);
}
