using System.Buffers;

namespace TradingSystem.Gateway.Connections;

/// <summary>
/// The transport beneath one WebSocket. Holds writes back while frames are put together, so that a burst is one system call,
/// and can ask the peer for a sign of life: the framework answers and swallows pongs without telling.
/// </summary>
public sealed class FrameStream(Stream transport) : Stream
{
    // An unmasked ping without payload (RFC 6455, 5.5.2); every writer hands over whole frames, so it never lands inside one.
    private static readonly byte[] Ping = [0x89, 0x00];

    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly ArrayBufferWriter<byte> _held = new();
    private bool _holding;
    private long _reads;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>From here on writes wait for <see cref="ReleaseAsync"/>.</summary>
    public async ValueTask HoldAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        _holding = true;
        _writing.Release();
    }

    public async ValueTask ReleaseAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            _holding = false;
            if (_held.WrittenCount > 0)
            {
                await transport.WriteAsync(_held.WrittenMemory, cancellationToken);
                await transport.FlushAsync(cancellationToken);
                _held.ResetWrittenCount();
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>True if anything arrived within <paramref name="patience"/> of a ping. The pong of a living peer does.</summary>
    public async Task<bool> AnswersAsync(TimeSpan patience, TimeProvider time)
    {
        using var deadline = new CancellationTokenSource(patience, time);
        var before = Interlocked.Read(ref _reads);
        try
        {
            await _writing.WaitAsync(deadline.Token);
            try
            {
                await transport.WriteAsync(Ping, deadline.Token);
                await transport.FlushAsync(deadline.Token);
            }
            finally
            {
                _writing.Release();
            }

            while (Interlocked.Read(ref _reads) == before)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), time, deadline.Token);
            }

            return true;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            return false;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await transport.ReadAsync(buffer, cancellationToken);
        if (count > 0)
        {
            Interlocked.Increment(ref _reads);
        }

        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            if (_holding)
            {
                _held.Write(buffer.Span);
                return;
            }

            await transport.WriteAsync(buffer, cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            if (!_holding)
            {
                await transport.FlushAsync(cancellationToken);
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            transport.Dispose();
        }

        base.Dispose(disposing);
    }
}
