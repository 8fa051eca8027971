using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Replies;

namespace TradingSystem.Gateway.Connections;

/// <summary>What one frame will be answered, once it is known.</summary>
public sealed class Reply(Session session)
{
    private byte[]? _frame;

    /// <summary>Null until <see cref="Complete"/>.</summary>
    public byte[]? Frame => Volatile.Read(ref _frame);

    /// <summary>Closes the socket when this reply's turn has come.</summary>
    public CloseReason? ThenClose { get; init; }

    public void Complete(byte[] frame)
    {
        session.Owe(frame.Length);
        Volatile.Write(ref _frame, frame);
        session.Wake();
    }
}

/// <summary>
/// Replies in the order of the frames they answer, known or not yet. One adds, one takes. It is full when too many are unanswered, or more
/// than <paramref name="maxBytes"/> of answers wait to be sent.
/// </summary>
public sealed class Replies(int maxBytes)
{
    private readonly Queue<Reply> _queue = new();
    private TaskCompletionSource? _room;
    private long _bytes;
    private bool _ended;

    /// <summary>Of answers that are known and not taken.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    public bool IsFull
    {
        get
        {
            lock (_queue)
            {
                return !HasRoom;
            }
        }
    }

    public bool IsEmpty
    {
        get
        {
            lock (_queue)
            {
                return _queue.Count == 0;
            }
        }
    }

    private bool HasRoom => _ended || (_queue.Count < AckWriter.MaxUnanswered && Bytes <= maxBytes);

    /// <summary>An answer has become known.</summary>
    public void Owe(int bytes) => Interlocked.Add(ref _bytes, bytes);

    public void Add(Reply reply)
    {
        lock (_queue)
        {
            _queue.Enqueue(reply);
        }
    }

    /// <summary>The next reply, if it is known.</summary>
    public Reply? Take()
    {
        lock (_queue)
        {
            if (!_queue.TryPeek(out var reply) || reply.Frame is null)
            {
                return null;
            }

            _queue.Dequeue();
            Interlocked.Add(ref _bytes, -reply.Frame.Length);
            if (_room is not null && HasRoom)
            {
                _room.SetResult();
                _room = null;
            }

            return reply;
        }
    }

    /// <summary>Nothing is taken any more: nobody waits for room.</summary>
    public void End()
    {
        lock (_queue)
        {
            _ended = true;
            _room?.SetResult();
            _room = null;
        }
    }

    /// <summary>Ends when another frame may be read.</summary>
    public Task RoomAsync()
    {
        lock (_queue)
        {
            return HasRoom
                ? Task.CompletedTask
                : (_room ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }
}
