using TradingSystem.Contracts.Wire;

namespace TradingSystem.Gateway.Connections;

/// <summary>Frames waiting for one socket, bounded in bytes. Many may add, one takes.</summary>
public sealed class Outbox(int maxBytes) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Queue<byte[]> _frames = new();
    private readonly SemaphoreSlim _signal = new(0, 1);
    private int _bytes;
    private CloseReason? _close;

    public bool IsClosing => Volatile.Read(ref _close) is not null;

    public CloseReason? Close => Volatile.Read(ref _close);

    /// <summary>False if the frame does not fit any more, which the caller answers by closing.</summary>
    public bool TryAdd(byte[] frame)
    {
        lock (_lock)
        {
            if (_close is not null)
            {
                return true;
            }

            if (_bytes + frame.Length > maxBytes)
            {
                return false;
            }

            _frames.Enqueue(frame);
            _bytes += frame.Length;
            Signal();
            return true;
        }
    }

    /// <summary>Ends the flow with <paramref name="reason"/>, after what is queued or instead of it. The first reason stays; false if there was one.</summary>
    public bool Complete(CloseReason reason, bool dropQueued)
    {
        lock (_lock)
        {
            if (_close is not null)
            {
                return false;
            }

            _close = reason;
            if (dropQueued)
            {
                _frames.Clear();
                _bytes = 0;
            }

            Signal();
            return true;
        }
    }

    /// <summary>Moves what waits, up to about <paramref name="maxBatchBytes"/>, into <paramref name="batch"/>; leaves it empty when all is done.</summary>
    public async ValueTask TakeAsync(List<byte[]> batch, int maxBatchBytes)
    {
        while (true)
        {
            lock (_lock)
            {
                var bytes = 0;
                while (bytes < maxBatchBytes && _frames.TryDequeue(out var frame))
                {
                    batch.Add(frame);
                    bytes += frame.Length;
                }

                _bytes -= bytes;
                if (batch.Count > 0 || _close is not null)
                {
                    return;
                }
            }

            await _signal.WaitAsync();
        }
    }

    public void Dispose() => _signal.Dispose();

    private void Signal()
    {
        if (_signal.CurrentCount == 0)
        {
            _signal.Release();
        }
    }
}
