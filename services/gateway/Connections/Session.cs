using System.Buffers;
using System.Net.WebSockets;
using System.Threading.Channels;
using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Frames;
using TradingSystem.Contracts.Wire.Replies;
using TradingSystem.Gateway.Events;
using TradingSystem.Gateway.Tokens;

namespace TradingSystem.Gateway.Connections;

/// <summary>Who is behind a socket: the token and its owner.</summary>
public sealed record Identity(Guid TokenId, string OwnerKind, Guid OwnerId)
{
    public bool IsGroup => OwnerKind == OwnerKinds.Group;
}

/// <summary>
/// One accepted socket. Three loops: frames are read and handled one after the other without waiting for their publish,
/// replies leave in the order of their frames, one writer sends. Whatever was read is handled to its end, even if the peer is gone.
/// </summary>
public sealed class Session : IDisposable
{
    private const int InitialBuffer = 4 * 1024;
    private const int BatchBytes = 64 * 1024;

    // One bus message alone may bring 1 MiB for a socket; frames are shared between receivers, so this is not memory per socket.
    private const int OutboxBytes = 4 << 20;

    private static readonly TimeSpan SendDeadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CloseDeadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ProbeDeadline = TimeSpan.FromMilliseconds(1500);

    private readonly WebSocket _socket;
    private readonly FrameStream? _stream;
    private readonly FrameHandler _handler;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Outbox _outbox = new(OutboxBytes);
    private readonly Channel<Answer> _answers = Channel.CreateBounded<Answer>(new BoundedChannelOptions(AckWriter.MaxUnanswered) { SingleReader = true });
    private volatile bool _draining;
    private bool _ended;

    public Session(Guid id, Identity identity, WebSocket socket, FrameStream? stream, FrameHandler handler, TimeProvider time, ILogger log)
    {
        Id = id;
        Identity = identity;
        _socket = socket;
        _stream = stream;
        _handler = handler;
        _time = time;
        _log = log;
    }

    public Guid Id { get; }

    public Identity Identity { get; }

    public string ClientId => $"{Identity.OwnerKind}:{Identity.OwnerId}:{Id:n}";

    public bool IsDraining => _draining;

    /// <summary>Queues a frame. A socket whose queue is full is closed; nobody waits for it.</summary>
    public void Send(byte[] frame)
    {
        if (!_outbox.TryAdd(frame) && _outbox.Complete(CloseCodes.SlowConsumer, dropQueued: true))
        {
            GatewayMetrics.SlowConsumer();
            SessionLog.Slow(_log, ClientId);
            _ = AbortAfterAsync(CloseDeadline);
        }
    }

    /// <summary>Closes without sending what is queued.</summary>
    public void Close(CloseReason reason)
    {
        if (_outbox.Complete(reason, dropQueued: true))
        {
            _ = AbortAfterAsync(CloseDeadline);
        }
    }

    public void Abort() => _socket.Abort();

    /// <summary>False if the peer is surely gone.</summary>
    public async Task<bool> IsAliveAsync()
    {
        if (_socket.State != WebSocketState.Open || _outbox.IsClosing)
        {
            return false;
        }

        // A reader that waits for confirms would not see a pong.
        var readerPaused = _answers.Reader.Count >= AckWriter.MaxUnanswered;
        return readerPaused || _stream is null || (await _stream.AnswersAsync(ProbeDeadline, _time) && _socket.State == WebSocketState.Open);
    }

    /// <summary>Refuses new frames, answers the earlier ones, then says goodbye with 1012.</summary>
    public async Task DrainAsync(int reconnectAfterMs)
    {
        _draining = true;
        using var deadline = new CancellationTokenSource(CloseDeadline, _time);
        try
        {
            await _answers.Writer.WriteAsync(new(Task.FromResult(ReplyWriter.ServerShutdown(reconnectAfterMs)), CloseCodes.ServerShutdown), deadline.Token);
        }
        catch (OperationCanceledException)
        {
            Close(CloseCodes.ServerShutdown);
        }
        catch (ChannelClosedException)
        {
            // The peer closed first.
        }
    }

    /// <summary>Runs until the socket is closed or broken and everything that was read is handled.</summary>
    public async Task RunAsync()
    {
        var reading = ReadAsync();
        var answering = AnswerAsync();
        await WriteAsync();
        try
        {
            await reading.WaitAsync(CloseDeadline, _time);
        }
        catch (TimeoutException)
        {
            // The peer never answered our close.
        }

        _socket.Abort();
        await reading;
        await answering;
    }

    public void Dispose()
    {
        _socket.Dispose();
        _stream?.Dispose();
        _outbox.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(InitialBuffer);
        var length = 0;
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    return;
                }

                if (_ended || _outbox.IsClosing)
                {
                    length = 0;
                    continue;
                }

                length += received.Count;
                if (received.MessageType == WebSocketMessageType.Binary)
                {
                    await EndAsync(CloseCodes.BinaryFrame);
                    length = 0;
                }
                else if (length > FrameParser.MaxFrameBytes)
                {
                    await EndAsync(CloseCodes.FrameTooLarge);
                    length = 0;
                }
                else if (received.EndOfMessage)
                {
                    var answer = _handler.Handle(this, buffer.AsMemory(0, length));
                    length = 0;
                    await _answers.Writer.WriteAsync(new(answer, null));
                }
                else if (length == buffer.Length)
                {
                    buffer = Grow(buffer);
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            SessionLog.Broken(_log, ClientId, e.Message);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            _answers.Writer.TryComplete();
        }
    }

    /// <summary>After a violation nothing more is handled, but earlier frames still get their answers before the close.</summary>
    private async Task EndAsync(CloseReason reason)
    {
        GatewayMetrics.FrameRefused(reason.Reason);
        _ended = true;
        await _answers.Writer.WriteAsync(new(null, reason));
    }

    private async Task AnswerAsync()
    {
        await foreach (var (reply, close) in _answers.Reader.ReadAllAsync())
        {
            if (reply is not null && await reply is { } frame)
            {
                Send(frame);
            }

            if (close is not null)
            {
                _outbox.Complete(close, dropQueued: false);
            }
        }

        _outbox.Complete(CloseCodes.Normal, dropQueued: false);
    }

    private async Task WriteAsync()
    {
        var batch = new List<byte[]>();
        try
        {
            while (true)
            {
                await _outbox.TakeAsync(batch, BatchBytes);
                if (batch.Count == 0)
                {
                    break;
                }

                await SendAsync(batch);
                batch.Clear();
            }

            using var deadline = new CancellationTokenSource(CloseDeadline, _time);
            var close = _outbox.Close!;
            await _socket.CloseOutputAsync((WebSocketCloseStatus)close.Code, close.Reason, deadline.Token);
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            SessionLog.Broken(_log, ClientId, e.Message);
            _outbox.Complete(CloseCodes.Normal, dropQueued: true);
            _socket.Abort();
        }
    }

    private async Task SendAsync(List<byte[]> batch)
    {
        using var deadline = new CancellationTokenSource(SendDeadline, _time);
        if (_stream is null || batch.Count == 1)
        {
            foreach (var frame in batch)
            {
                await _socket.SendAsync(frame.AsMemory(), WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, deadline.Token);
            }

            return;
        }

        await _stream.HoldAsync(deadline.Token);
        foreach (var frame in batch)
        {
            await _socket.SendAsync(frame.AsMemory(), WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, deadline.Token);
        }

        await _stream.ReleaseAsync(deadline.Token);
    }

    private async Task AbortAfterAsync(TimeSpan delay)
    {
        await Task.Delay(delay, _time);
        _socket.Abort();
    }

    private static byte[] Grow(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(buffer.Length * 2, FrameParser.MaxFrameBytes + 1));
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    /// <summary>What to send when its turn comes, and whether to close then.</summary>
    private readonly record struct Answer(Task<byte[]>? Reply, CloseReason? Close);
}

internal static partial class SessionLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Client} reads too slowly and is closed")]
    public static partial void Slow(ILogger logger, string client);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Client} broke: {Reason}")]
    public static partial void Broken(ILogger logger, string client, string reason);
}
