namespace TradingSystem.Hosting;

/// <summary>One item, or several that belong together and may be spread over messages.</summary>
internal sealed class PendingItems
{
    private readonly TaskCompletionSource<PublishOutcome> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly object? _item;
    private readonly IReadOnlyList<object>? _items;
    private int _moved;
    private int _open;
    private PublishOutcome? _outcome;

    public PendingItems(object item) => _item = item;

    public PendingItems(IReadOnlyList<object> items) => _items = items;

    public Task<PublishOutcome> Done => _done.Task;

    public bool IsMoved => _moved == Count;

    private int Count => _items?.Count ?? 1;

    /// <summary>Moves what fits, at least one item; returns its bytes.</summary>
    public int MoveTo(List<object> to, int maxItems, int maxBytes, Func<object, int> size)
    {
        // One more open message than is sent keeps it from ending before its last item is moved.
        Interlocked.Add(ref _open, _moved == 0 ? 2 : 1);
        var bytes = 0;
        for (var n = 0; n < maxItems && bytes < maxBytes && !IsMoved; n++)
        {
            var item = _item ?? _items![_moved];
            to.Add(item);
            bytes += size(item);
            _moved++;
        }

        if (IsMoved)
        {
            Close();
        }

        return bytes;
    }

    public void Sent(PublishOutcome outcome)
    {
        lock (_done)
        {
            // Where messages fared differently only part of it happened.
            _outcome = _outcome is null || _outcome == outcome ? outcome : PublishOutcome.Unknown;
        }

        Close();
    }

    public void Fail(Exception exception) => _done.TrySetException(exception);

    private void Close()
    {
        if (Interlocked.Decrement(ref _open) == 0)
        {
            _done.TrySetResult(_outcome!.Value);
        }
    }
}
