using System.Buffers.Binary;
using System.Text.Unicode;
using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Frames;
using TradingSystem.Contracts.Wire.Replies;
using TradingSystem.Gateway.Events;
using TradingSystem.Gateway.Framing;
using TradingSystem.Gateway.Tokens;

namespace TradingSystem.Gateway.Connections;

/// <summary>Who is behind a socket: the token, its owner, and the fencing number of this holder.</summary>
public sealed record Identity(Guid TokenId, string OwnerKind, Guid OwnerId, long Epoch)
{
    public bool IsGroup => OwnerKind == OwnerKinds.Group;
}

/// <summary>
/// One accepted socket. A reader handles frames one after the other without waiting for their publish; a writer sends what is there:
/// replies in the order of their frames, frames of its own, and what the group's feed has next. Whatever was read is handled to its end,
/// even if the peer is gone.
/// </summary>
public sealed class Session : IDisposable
{
    private const int BatchBytes = 64 * 1024;
    private const int MaxDirectBytes = 1 << 20;

    private static readonly TimeSpan SendDeadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SlowAfter = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan CloseDeadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ProbeDeadline = TimeSpan.FromMilliseconds(1500);
    private static readonly TimeSpan ProbePoll = TimeSpan.FromMilliseconds(20);

    private readonly Stream _transport;
    private readonly Action _abort;
    private readonly FrameReader _reader;
    private readonly FrameHandler _handler;
    private readonly GatewayOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Signal _signal = new();
    private readonly Replies _replies = new();
    private readonly Queue<(Opcode Opcode, byte[] Payload)> _direct = new();
    private FeedReader? _feed;
    private RateLimit _rate;
    private OutBuffer _out;
    private int _directBytes;
    private CloseReason? _close;
    private bool _dropQueued;
    private bool _readerDone;
    private bool _peerClosed;
    private volatile bool _draining;
    private bool _aborted;
    private bool _ended;
    private long _received;
    private long _receivedAt;
    private long _pingedAt;
    private long _writingSince;
    private long _messageBegan;

    public Session(Guid id, Identity identity, ConnectRequest request, Stream transport, Action abort, FrameHandler handler, GatewayOptions options, TimeProvider time, ILogger log)
    {
        Id = id;
        Identity = identity;
        Features = request.Features;
        Dialect = request.Dialect;
        _transport = transport;
        _abort = abort;
        _reader = new FrameReader(transport, FrameParser.MaxFrameBytes);
        _handler = handler;
        _options = options;
        _time = time;
        _log = log;
        _rate = new RateLimit(options.FramesPerSecond, options.FrameBurst);
        _receivedAt = time.GetTimestamp();
    }

    public Guid Id { get; }

    public Identity Identity { get; }

    public FeatureSet Features { get; }

    /// <summary>Newer for good from the first frame on that is.</summary>
    public Dialect Dialect { get; set; }

    public string ClientId => $"{Identity.OwnerKind}:{Identity.OwnerId}:{Id:n}";

    public bool IsDraining => _draining;

    private bool IsClosing => Volatile.Read(ref _close) is not null;

    /// <summary>Milliseconds until the next frame may come; 0 takes it. Called by the reader only.</summary>
    public int TakeFrame() => _rate.TryTake(_time);

    public void Wake()
    {
        CheckPace();
        _signal.Set();
    }

    /// <summary>From here on the group's frames are sent.</summary>
    public void Follow(FeedReader feed) => Volatile.Write(ref _feed, feed);

    /// <summary>Queues a frame of its own, beside replies and feed.</summary>
    public void Send(byte[] frame) => Send(Opcode.Text, frame);

    /// <summary>Closes without sending what is queued.</summary>
    public void Close(CloseReason reason) => Complete(reason, dropQueued: true);

    public void Abort()
    {
        if (Volatile.Read(ref _ended))
        {
            return;
        }

        Volatile.Write(ref _aborted, true);
        _abort();
        _signal.Set();
    }

    /// <summary>False if the peer is surely gone.</summary>
    public async Task<bool> IsAliveAsync()
    {
        if (Volatile.Read(ref _aborted) || IsClosing)
        {
            return false;
        }

        if (_replies.IsFull)
        {
            // A reader that waits for confirms would not see a pong.
            return true;
        }

        var before = Interlocked.Read(ref _received);
        var started = _time.GetTimestamp();
        Send(Opcode.Ping, []);
        while (Interlocked.Read(ref _received) == before)
        {
            if (_time.GetElapsedTime(started) > ProbeDeadline || Volatile.Read(ref _aborted))
            {
                return false;
            }

            await Task.Delay(ProbePoll, _time);
        }

        return true;
    }

    /// <summary>Once a second: pings a silent peer, gives up a dead one, cuts a slow one and one that never ends its frame.</summary>
    public void Check()
    {
        var silent = _time.GetElapsedTime(Interlocked.Read(ref _receivedAt));
        if (silent > 2 * _options.PingAfter && !_replies.IsFull)
        {
            SessionLog.Broken(_log, ClientId, "no sign of life");
            Abort();
            return;
        }

        if (silent > _options.PingAfter && _time.GetElapsedTime(_pingedAt) > _options.PingAfter)
        {
            _pingedAt = _time.GetTimestamp();
            Send(Opcode.Ping, []);
        }

        if (Interlocked.Read(ref _messageBegan) is var began and not 0 && _time.GetElapsedTime(began) > _options.FrameDeadline)
        {
            GatewayMetrics.FrameRefused(CloseCodes.FrameTimeout.Reason);
            Close(CloseCodes.FrameTimeout);
        }

        CheckPace();
    }

    public void SendHeartbeat()
    {
        if (Features.Heartbeat)
        {
            Send(PushWriter.Heartbeat(_time.GetUtcNow(), Volatile.Read(ref _feed)?.LastSeq ?? 0, Dialect));
        }
    }

    /// <summary>Refuses new frames, answers the earlier ones, then says goodbye with 1012.</summary>
    public void Drain(int reconnectAfterMs)
    {
        _draining = true;
        var last = new Reply(this) { ThenClose = CloseCodes.ServerShutdown };
        _replies.Add(last);
        last.Complete(ReplyWriter.ServerShutdown(reconnectAfterMs, Dialect));
        _ = AbortAfterAsync(CloseDeadline);
    }

    /// <summary>Runs until the socket is closed or broken and everything that was read is handled.</summary>
    public async Task RunAsync()
    {
        var reading = ReadAsync();
        await WriteAsync();
        try
        {
            await reading.WaitAsync(CloseDeadline, _time);
        }
        catch (TimeoutException)
        {
            // The peer never answered our close.
        }

        if (!reading.IsCompleted)
        {
            Abort();
            await reading;
        }

        // The server sends what is written and closes; an abort now could cut our close frame off.
        Volatile.Write(ref _ended, true);
    }

    public void Dispose()
    {
        _reader.Dispose();
        _out.Clear();
        _transport.Dispose();
    }

    private void Send(Opcode opcode, byte[] payload)
    {
        var tooMuch = false;
        lock (_direct)
        {
            if (!IsClosing)
            {
                _directBytes += payload.Length;
                tooMuch = _directBytes > MaxDirectBytes;
                _direct.Enqueue((opcode, payload));
            }
        }

        if (tooMuch)
        {
            Cut();
        }

        _signal.Set();
    }

    /// <summary>A reader that is too far behind and does not take anything is cut; one that is only busy catches up.</summary>
    private void CheckPace()
    {
        if (Interlocked.Read(ref _writingSince) is not (var since and not 0))
        {
            return;
        }

        var stuck = _time.GetElapsedTime(since);
        if (stuck > SendDeadline
            || (stuck > SlowAfter && Volatile.Read(ref _feed) is { IsReplaying: false } feed && feed.Behind > _options.OutboundQueueBytes))
        {
            Cut();
        }
    }

    private void Cut()
    {
        if (Complete(CloseCodes.SlowConsumer, dropQueued: true))
        {
            GatewayMetrics.SlowConsumer();
            SessionLog.Slow(_log, ClientId);
        }
    }

    private bool Complete(CloseReason reason, bool dropQueued)
    {
        if (Interlocked.CompareExchange(ref _close, reason, null) is not null)
        {
            return false;
        }

        Volatile.Write(ref _dropQueued, dropQueued);
        _ = AbortAfterAsync(CloseDeadline);
        _signal.Set();
        return true;
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _reader.FillAsync(CancellationToken.None))
            {
                Interlocked.Increment(ref _received);
                Interlocked.Exchange(ref _receivedAt, _time.GetTimestamp());
                while (_reader.TryRead(out var incoming))
                {
                    if (!await HandleAsync(incoming))
                    {
                        await DiscardAsync();
                        return;
                    }
                }

                var began = Interlocked.Read(ref _messageBegan);
                Interlocked.Exchange(ref _messageBegan, !_reader.IsInsideMessage ? 0 : began == 0 ? _time.GetTimestamp() : began);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            SessionLog.Broken(_log, ClientId, e.Message);
        }
        finally
        {
            Volatile.Write(ref _readerDone, true);
            _signal.Set();
        }
    }

    /// <summary>Unread bytes would turn our close into a reset, and the peer would not see why.</summary>
    private async Task DiscardAsync()
    {
        _reader.Dispose();
        var waste = new byte[1024];
        while (!_peerClosed && await _transport.ReadAsync(waste) > 0)
        {
        }
    }

    /// <summary>False after the last frame that this peer may send.</summary>
    private async ValueTask<bool> HandleAsync(Incoming incoming)
    {
        if (incoming.Violation is { } violation)
        {
            return End(violation);
        }

        switch (incoming.Opcode)
        {
            case Opcode.Close:
                _peerClosed = true;
                return End(CloseCheck(incoming.Payload.Span));
            case Opcode.Ping:
                if (TakeFrame() == 0)
                {
                    Send(Opcode.Pong, incoming.Payload.ToArray());
                }

                return true;
            case Opcode.Pong:
                return true;
            case Opcode.Binary:
                return End(CloseCodes.BinaryFrame);
        }

        if (IsClosing)
        {
            return true;
        }

        if (!Utf8.IsValid(incoming.Payload.Span))
        {
            return End(CloseCodes.InvalidUtf8);
        }

        if (_replies.IsFull)
        {
            await _replies.RoomAsync();
        }

        var reply = new Reply(this);
        _replies.Add(reply);
        _handler.Handle(this, incoming.Payload, reply);
        return true;
    }

    /// <summary>Nothing more is handled, but earlier frames still get their answers before the close.</summary>
    private bool End(CloseReason reason)
    {
        if (reason != CloseCodes.Normal)
        {
            GatewayMetrics.FrameRefused(reason.Reason);
        }

        var last = new Reply(this) { ThenClose = reason };
        _replies.Add(last);
        last.Complete([]);
        return false;
    }

    /// <summary>RFC 6455, 7.4: which codes a close may carry, and that its reason is text.</summary>
    private static CloseReason CloseCheck(ReadOnlySpan<byte> payload)
    {
        if (payload.Length == 0)
        {
            return CloseCodes.Normal;
        }

        if (payload.Length == 1)
        {
            return CloseCodes.ProtocolError;
        }

        var code = BinaryPrimitives.ReadUInt16BigEndian(payload);
        return code is not (>= 1000 and <= 1014 and not (1004 or 1005 or 1006) or >= 3000 and < 5000) ? CloseCodes.ProtocolError
            : Utf8.IsValid(payload[2..]) ? CloseCodes.Normal
            : CloseCodes.InvalidUtf8;
    }

    private async Task WriteAsync()
    {
        try
        {
            while (!Volatile.Read(ref _aborted))
            {
                Collect();
                if (_out.Length > 0)
                {
                    await FlushAsync();
                }
                else if (IsClosing)
                {
                    break;
                }
                else if (Volatile.Read(ref _readerDone) && _replies.IsEmpty)
                {
                    // The peer went without a close.
                    Complete(CloseCodes.Normal, dropQueued: true);
                    Abort();
                }
                else
                {
                    await _signal.WaitAsync();
                }
            }

            if (!Volatile.Read(ref _aborted))
            {
                _out.AddClose(_close!);
                await FlushAsync();
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            SessionLog.Broken(_log, ClientId, e.Message);
            Complete(CloseCodes.Normal, dropQueued: true);
            Abort();
        }
    }

    private void Collect()
    {
        while (_out.Length < BatchBytes && !DropsQueued && _replies.Take() is { } reply)
        {
            if (reply.Frame is { Length: > 0 } frame)
            {
                _out.Add(Opcode.Text, frame);
            }

            if (reply.ThenClose is { } close)
            {
                Complete(close, dropQueued: false);
                return;
            }
        }

        lock (_direct)
        {
            while (!IsClosing && _out.Length < BatchBytes && _direct.TryDequeue(out var frame))
            {
                _directBytes -= frame.Payload.Length;
                _out.Add(frame.Opcode, frame.Payload);
            }
        }

        if (!IsClosing && _out.Length < BatchBytes && Volatile.Read(ref _feed) is { } feed && !feed.Write(ref _out, BatchBytes - _out.Length, Dialect))
        {
            // Better a cut that says so than a silent gap.
            Cut();
        }
    }

    private bool DropsQueued => IsClosing && Volatile.Read(ref _dropQueued);

    private async ValueTask FlushAsync()
    {
        Interlocked.Exchange(ref _writingSince, _time.GetTimestamp());
        await _transport.WriteAsync(_out.Written, CancellationToken.None);
        Interlocked.Exchange(ref _writingSince, 0);
        _out.Clear();
    }

    private async Task AbortAfterAsync(TimeSpan delay)
    {
        await Task.Delay(delay, _time);
        Abort();
    }
}

internal static partial class SessionLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Client} reads too slowly and is closed")]
    public static partial void Slow(ILogger logger, string client);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Client} broke: {Reason}")]
    public static partial void Broken(ILogger logger, string client, string reason);
}
