using System.IO.Pipelines;
using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Replies;
using TradingSystem.Gateway.Feeds;
using TradingSystem.Gateway.Framing;

namespace TradingSystem.Gateway.Connections;

/// <summary>One session's place in its group's feed: first what it missed, then what happens. Read by the session's writer only.</summary>
public sealed class FeedReader
{
    [ThreadStatic]
    private static List<FeedEntry>? _batch;

    private readonly GroupFeed _feed;
    private readonly Guid _groupId;
    private readonly FeatureSet _features;
    private readonly FeedCursor _liveFrom;
    private FeedCursor _cursor;
    private bool _replaying;
    private long _lastSeq;

    private FeedReader(GroupFeed feed, Guid groupId, FeatureSet features, FeedCursor from, FeedCursor liveFrom, long lastSeq, bool replaying)
    {
        _feed = feed;
        _groupId = groupId;
        _features = features;
        _cursor = from;
        _liveFrom = liveFrom;
        _lastSeq = lastSeq;
        _replaying = replaying;
    }

    /// <summary>Only what happens from now on.</summary>
    public static FeedReader Live(GroupFeed feed, Guid groupId, FeatureSet features)
    {
        var (end, lastSeq) = feed.Tip(features.Orders);
        return new(feed, groupId, features, end, end, lastSeq, replaying: false);
    }

    /// <summary>
    /// What came after <paramref name="seq"/> and everything from then on; null if some of it is gone or <paramref name="seq"/> is beyond
    /// <paramref name="known"/>.
    /// </summary>
    public static FeedReader? After(GroupFeed feed, Guid groupId, FeatureSet features, long seq, long known, out long firstHeld)
    {
        var (live, _) = feed.Tip(features.Orders);
        return feed.After(seq, known, out firstHeld) is { } from ? new(feed, groupId, features, from, live, seq, replaying: true) : null;
    }

    /// <summary>While it catches up a reader may be as far behind as the history goes.</summary>
    public bool IsReplaying => Volatile.Read(ref _replaying);

    /// <summary>The last frame that this session was sent, or would have been before it came.</summary>
    public long LastSeq => Volatile.Read(ref _lastSeq);

    public long Behind => _feed.Behind(_cursor);

    /// <summary>Writes what there is, up to about <paramref name="maxBytes"/>. False when frames were lost to this reader.</summary>
    public bool Write(PipeWriter output, int maxBytes, Dialect dialect)
    {
        var entries = _batch ??= [];
        var from = _cursor.Index;
        if (!_feed.Read(ref _cursor, entries, maxBytes))
        {
            return false;
        }

        for (var i = 0; i < entries.Count; i++)
        {
            EndReplay(output, from + i, dialect);
            var entry = entries[i];
            if (!entry.Frame.IsOrder || _features.Orders)
            {
                var previous = _features.Resume ? _features.Orders ? entry.PrevSeq : entry.PrevEventSeq : (long?)null;
                output.WriteFrame(Opcode.Text, entry.Frame.Body(dialect, _groupId), PushWriter.Tail(_replaying, previous));
                Volatile.Write(ref _lastSeq, entry.Frame.Seq);
            }
        }

        EndReplay(output, from + entries.Count, dialect);
        entries.Clear();
        return true;
    }

    private void EndReplay(PipeWriter output, long index, Dialect dialect)
    {
        if (_replaying && index >= _liveFrom.Index)
        {
            Volatile.Write(ref _replaying, false);
            output.WriteFrame(Opcode.Text, PushWriter.Resumed(true, null, LastSeq, dialect));
        }
    }
}
