using System.Collections.Concurrent;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Gateway.Settings;
using TradingSystem.Gateway.Storage;
using TradingSystem.Hosting.EventLog;

namespace TradingSystem.Gateway.Feeds;

/// <summary>Who goes on with what the log brought.</summary>
/// <param name="Appended">A group's feed has something new.</param>
/// <param name="Changed">A group's settings, before and after.</param>
/// <param name="Raised">Each event once, also one that addresses nobody.</param>
public sealed record FeedListeners(Action<Guid> Appended, Action<GroupConfig, GroupConfig> Changed, Action<ImmediateEvent> Raised);

/// <summary>
/// Turns the event log into one feed per group, the same on every node because all of it comes from the log: events, order updates,
/// and the group settings that decide who is addressed. Appending never waits for a socket.
/// </summary>
public sealed class FeedHistory(GroupDirectory directory, FeedListeners listeners, OpenPositions positions, AcceptedKeys keys, GatewayOptions options, TimeProvider time)
{
    /// <summary>Room for the items of one bus message (at most 256, an order update with up to four steps); position and index make the seq.</summary>
    private const int ItemsPerMessage = 1024;
    private const int RememberedIds = 1_000_000;

    private readonly ConcurrentDictionary<Guid, GroupFeed> _feeds = new();
    private readonly ConcurrentQueue<PushFrame> _frames = new();
    private readonly HashSet<Guid> _ids = [];
    private readonly Queue<Guid> _idOrder = new();
    private readonly HashSet<Guid> _touched = [];
    private long _beginsAfter;
    private long _known;
    private long _bytes;

    /// <summary>True once everything that the log held at the start is here.</summary>
    public bool IsCaughtUp { get; private set; }

    /// <summary>The highest seq that this node knows.</summary>
    public long Known => Volatile.Read(ref _known);

    public LogFollower Follower() => new(Begin, Append, () => IsCaughtUp = true);

    public GroupFeed Feed(Guid groupId) => _feeds.GetOrAdd(groupId, _ => new GroupFeed(options.HistoryFrames, Volatile.Read(ref _beginsAfter), Released));

    /// <summary>Lets go of what is too old or too much.</summary>
    public void Trim()
    {
        var excess = Interlocked.Read(ref _bytes) - options.HistoryBytes;
        var floor = 0L;
        while (_frames.TryPeek(out var frame) && (!frame.IsHeld || excess > 0))
        {
            if (frame.IsHeld)
            {
                excess -= frame.Size;
                floor = frame.Seq + 1;
            }

            _frames.TryDequeue(out _);
        }

        var oldest = time.GetUtcNow() - EventLogSetup.Retention;
        foreach (var feed in _feeds.Values)
        {
            feed.Trim(oldest, floor);
        }
    }

    private void Begin(long firstPosition) => Volatile.Write(ref _beginsAfter, firstPosition <= 1 ? 0 : (firstPosition * ItemsPerMessage) - 1);

    private void Append(LogEntry entry)
    {
        var seq = entry.Position * ItemsPerMessage;
        switch (entry.Message)
        {
            case ImmediateEvents events:
                foreach (var item in events.Items)
                {
                    Append(seq++, entry.AppendedAt, item);
                }

                break;
            case OrderUpdates updates:
                foreach (var item in updates.Items.SelectMany(u => u.Steps()))
                {
                    Append(seq++, entry.AppendedAt, item);
                }

                break;
            case TradeDecisions decisions:
                keys.Learn(decisions.Items);
                break;
            case ScheduleChanges schedules:
                keys.Learn(schedules.Items);
                break;
            case GroupsChanged groups:
                foreach (var group in groups.Items)
                {
                    Change(group);
                }

                break;
        }

        Volatile.Write(ref _known, ((entry.Position + 1) * ItemsPerMessage) - 1);
        foreach (var group in _touched)
        {
            listeners.Appended(group);
        }

        _touched.Clear();
    }

    private void Append(long seq, DateTimeOffset at, ImmediateEvent item)
    {
        keys.Learn(item);
        if (!IsNew(item.Id))
        {
            return;
        }

        listeners.Raised(item);
        var frame = new EventFrameOut(seq, at, item, positions);
        var receivers = directory.Targeted(item.Targets);
        foreach (var group in receivers)
        {
            Feed(group.Id).Append(frame);
            _touched.Add(group.Id);
        }

        if (receivers.Count > 0)
        {
            Keep(frame);
        }
    }

    private void Append(long seq, DateTimeOffset at, OrderUpdate item)
    {
        // What is only recorded is no order; its sender knows from the reply.
        if (!OrderStatus.Told.Contains(item.Status) || !IsNew(item.Id) || directory.Group(item.GroupId) is null)
        {
            return;
        }

        var frame = new OrderFrameOut(seq, at, item);
        Feed(item.GroupId).Append(frame);
        _touched.Add(item.GroupId);
        Keep(frame);
    }

    private void Change(GroupConfig group)
    {
        if (directory.Put(group) is { } before)
        {
            listeners.Changed(before, group);
        }
    }

    private void Keep(PushFrame frame)
    {
        Interlocked.Add(ref _bytes, frame.Size);
        _frames.Enqueue(frame);
    }

    private void Released(PushFrame frame) => Interlocked.Add(ref _bytes, -frame.Size);

    /// <summary>A repeated event or update (sent again with its key, or announced again) takes a position but is not pushed again.</summary>
    private bool IsNew(Guid id)
    {
        if (!_ids.Add(id))
        {
            return false;
        }

        _idOrder.Enqueue(id);
        if (_idOrder.Count > RememberedIds)
        {
            _ids.Remove(_idOrder.Dequeue());
        }

        return true;
    }
}
