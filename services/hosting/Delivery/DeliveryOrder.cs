namespace TradingSystem.Hosting.Delivery;

/// <summary>
/// Puts deliveries back into their queue's order. The bus hands over several at a time, so that waiting ones can share a transaction,
/// but on as many threads, which overtake each other. Not thread-safe.
/// </summary>
public sealed class DeliveryOrder<T>
{
    private readonly SortedList<long, T> _waiting = [];
    private readonly Queue<T> _ready = new();
    private Place _stream;
    private long _next = 1;

    /// <summary>Something waits for a delivery that is not here yet.</summary>
    public bool HasHole => _ready.Count == 0 && _waiting.Count > 0;

    /// <summary>The number that is waited for.</summary>
    public long Next => _next;

    /// <summary>False when it belongs to a channel that is closed: the broker delivers it again, and its place in the order is there.</summary>
    /// <param name="dropped">What a new channel replaced.</param>
    public bool TryAdd(Place place, T item, out IReadOnlyList<T> dropped)
    {
        dropped = [];
        if (place.Stream is null)
        {
            _ready.Enqueue(item);
            return true;
        }

        if (!ReferenceEquals(place.Stream, _stream.Stream))
        {
            if (place.IsOpen?.Invoke() == false)
            {
                return false;
            }

            dropped = Restart(place);
        }

        // One before its turn is a message that failed and is tried again: its place has passed.
        if (place.Number < _next || !_waiting.TryAdd(place.Number, item))
        {
            _ready.Enqueue(item);
        }

        MoveReady();
        return true;
    }

    public bool TryTake(out T item) => _ready.TryDequeue(out item!);

    /// <summary>What is missing never reached us (it could not be read, say): goes on without it.</summary>
    public void SkipHole()
    {
        if (HasHole)
        {
            _next = _waiting.GetKeyAtIndex(0);
            MoveReady();
        }
    }

    private List<T> Restart(Place place)
    {
        // What is ready was in order and stays; what waits for a closed channel's missing deliveries will come again behind them.
        List<T> dropped = [.. _waiting.Values];
        _waiting.Clear();
        _stream = place;
        _next = 1;
        return dropped;
    }

    private void MoveReady()
    {
        while (_waiting.Count > 0 && _waiting.GetKeyAtIndex(0) == _next)
        {
            _ready.Enqueue(_waiting.GetValueAtIndex(0));
            _waiting.RemoveAt(0);
            _next++;
        }
    }
}
