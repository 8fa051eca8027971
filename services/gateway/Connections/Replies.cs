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
        Volatile.Write(ref _frame, frame);
        session.Wake();
    }
}

/// <summary>Replies in the order of the frames they answer, known or not yet. One adds, one takes.</summary>
public sealed class Replies
{
    private readonly Queue<Reply> _queue = new();
    private TaskCompletionSource? _room;

    public bool IsFull
    {
        get
        {
            lock (_queue)
            {
                return _queue.Count >= AckWriter.MaxUnanswered;
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
            _room?.TrySetResult();
            _room = null;
            return reply;
        }
    }

    /// <summary>Ends when another frame may be read.</summary>
    public Task RoomAsync()
    {
        lock (_queue)
        {
            return _queue.Count < AckWriter.MaxUnanswered
                ? Task.CompletedTask
                : (_room ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }
}
