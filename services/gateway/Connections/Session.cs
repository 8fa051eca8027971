using System.Text.Unicode;
using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Frames;
using TradingSystem.Contracts.Wire.Replies;
using TradingSystem.Gateway.Framing;
using TradingSystem.Gateway.Settings;
using TradingSystem.Gateway.Storage;

namespace TradingSystem.Gateway.Connections;

/// <summary>Who is behind a socket: the token, its owner, and the fencing number of this holder.</summary>
public sealed record Identity(Guid TokenId, string OwnerKind, Guid OwnerId, long Epoch)
{
    public bool IsGroup => OwnerKind == OwnerKinds.Group;
}

/// <summary>
/// Takes one whole frame of a session; returns once its publishing has begun, and completes <paramref name="reply"/> when the outcome is known.
/// </summary>
public delegate void FrameReceiver(Session session, ReadOnlyMemory<byte> bytes, Reply reply);

/// <summary>
/// One accepted socket. It reads frames and has them handled one after the other without waiting for their publish; its
/// <see cref="SessionWriter"/> sends. Whatever was read is handled to its end, even if the peer is gone.
/// </summary>
public sealed class Session : IDisposable
{
    private static readonly TimeSpan CloseDeadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ProbeDeadline = TimeSpan.FromMilliseconds(1500);
    private static readonly TimeSpan ProbePoll = TimeSpan.FromMilliseconds(20);

    /// <summary>How long a peer whose frames were refused may be silent before it is taken for one that will not answer the close.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromMilliseconds(500);

    /// <summary>Between looks whether the session still goes on.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    private readonly Transport _transport;
    private readonly FrameReader _reader;
    private readonly FrameReceiver _receiver;
    private readonly GatewayOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly SessionWriter _writer;
    private readonly MessageClock _message;
    private RateLimit _rate;
    private RateLimit _bytes;
    private bool _readerDone;
    private bool _peerClosed;
    private bool _refused;
    private volatile bool _draining;
    private bool _aborted;
    private bool _ended;
    private long _received;
    private long _receivedAt;
    private long _pingedAt;

    public Session(Guid id, Identity identity, ConnectRequest request, Transport transport, FrameReceiver receiver, GatewayOptions options, TimeProvider time, ILogger log)
    {
        Id = id;
        Identity = identity;
        Features = request.Features;
        Dialect = request.Dialect;
        _transport = transport;
        _reader = new FrameReader(transport.Input, FrameParser.MaxFrameBytes);
        _writer = new SessionWriter(this, transport.Output, options, time, log);
        _receiver = receiver;
        _options = options;
        _time = time;
        _log = log;
        _message = new MessageClock(time);
        _rate = new RateLimit(options.FramesPerSecond, options.FrameBurst);
        _bytes = new RateLimit(options.BytesPerSecond, options.BytesPerSecond);
        _receivedAt = time.GetTimestamp();
    }

    public Guid Id { get; }

    public Identity Identity { get; }

    public FeatureSet Features { get; }

    /// <summary>Newer for good from the first frame on that is.</summary>
    public Dialect Dialect { get; set; }

    public string ClientId => $"{Identity.OwnerKind}:{Identity.OwnerId}:{Id:n}";

    public bool IsDraining => _draining;

    public bool IsAborted => Volatile.Read(ref _aborted);

    /// <summary>As much waits to be sent that no more is read.</summary>
    public bool IsBehind => _writer.Replies.IsFull;

    public bool IsReaderDone => Volatile.Read(ref _readerDone);

    /// <summary>The close is sent, or cannot be.</summary>
    public bool IsWriterDone => _writer.IsDone;

    /// <summary>Milliseconds until the next frame may come; 0 takes it. Called by the reader only.</summary>
    public int TakeFrame() => _rate.TryTake(_time);

    /// <summary>An answer of so many bytes has become known.</summary>
    public void Owe(int bytes) => _writer.Replies.Owe(bytes);

    public void Wake()
    {
        _writer.CheckPace();
        _writer.Wake();
    }

    /// <summary>The first frame of all.</summary>
    public void Begin(byte[] ack) => _writer.Begin(ack);

    /// <summary>From here on the group's frames are sent.</summary>
    public void Follow(FeedReader feed) => _writer.Feed = feed;

    /// <summary>From here on the group's market is sent.</summary>
    public void Follow(MarketReader market) => _writer.Market = market;

    /// <summary>The group has got another symbol or interval.</summary>
    public void Turn(string symbol, string interval) => _ = _writer.Market?.FollowAsync(symbol, interval);

    /// <summary>Queues a frame of its own, beside replies and feed.</summary>
    public void Send(byte[] frame) => _writer.Send(Opcode.Text, frame);

    /// <summary>Closes without sending what is queued.</summary>
    public void Close(CloseReason reason) => _writer.Complete(reason, dropQueued: true);

    public void Abort()
    {
        if (Volatile.Read(ref _ended))
        {
            return;
        }

        Volatile.Write(ref _aborted, true);
        _transport.Abort();
        _writer.Wake();
    }

    /// <summary>
    /// Gives the peer a moment to take its leave. One that did not, but was sent the close, finds it and an orderly end of the connection
    /// whenever it looks; a reset could take the close away.
    /// </summary>
    public void EndSoon() => _ = Task.Delay(CloseDeadline, _time).ContinueWith(
        _ =>
        {
            if (!IsWriterDone)
            {
                Abort();
            }
            else if (!Volatile.Read(ref _ended))
            {
                _transport.StopReading();
            }
        },
        TaskScheduler.Default);

    /// <summary>False if the peer is surely gone.</summary>
    public async Task<bool> IsAliveAsync()
    {
        if (Volatile.Read(ref _aborted) || _writer.IsClosing)
        {
            return false;
        }

        if (IsBehind)
        {
            // A reader that waits for confirms would not see a pong.
            return true;
        }

        var before = Interlocked.Read(ref _received);
        var started = _time.GetTimestamp();
        _writer.Send(Opcode.Ping, []);
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
        if (silent > 2 * _options.PingAfter && !IsBehind)
        {
            SessionLog.Broken(_log, ClientId, "no sign of life");
            Abort();
            return;
        }

        if (silent > _options.PingAfter && _time.GetElapsedTime(_pingedAt) > _options.PingAfter)
        {
            _pingedAt = _time.GetTimestamp();
            _writer.Send(Opcode.Ping, []);
        }

        if (_message.IsOver(_options.FrameDeadline))
        {
            GatewayMetrics.FrameRefused(CloseCodes.FrameTimeout.Reason);
            Close(CloseCodes.FrameTimeout);
        }

        _writer.CheckPace();
    }

    /// <summary>The process stood still (suspended, frozen): what the peer sent meanwhile has yet to be read.</summary>
    public void Awoke()
    {
        Interlocked.Exchange(ref _receivedAt, _time.GetTimestamp());
        _message.Restart();
        _writer.Awoke();
    }

    public void SendHeartbeat()
    {
        if (Features.Heartbeat)
        {
            Send(PushWriter.Heartbeat(_time.GetUtcNow(), _writer.Feed?.LastSeq ?? 0, Dialect));
        }
    }

    /// <summary>Refuses new frames, answers the earlier ones, then says goodbye with 1012.</summary>
    public void Drain(int reconnectAfterMs)
    {
        _draining = true;
        var last = new Reply(this) { ThenClose = CloseCodes.ServerShutdown };
        _writer.Replies.Add(last);
        last.Complete(ReplyWriter.ServerShutdown(reconnectAfterMs, Dialect));
        EndSoon();
    }

    /// <summary>Runs until the socket is closed or broken and everything that was read is handled.</summary>
    public async Task RunAsync()
    {
        var reading = ReadAsync();
        await _writer.RunAsync();

        // Ends with the peer's close, or by EndSoon.
        await reading;
        if (_refused && !IsAborted)
        {
            await SkipToCloseAsync();
        }

        // The server sends what is written and closes; an abort now could cut our close frame off.
        Volatile.Write(ref _ended, true);
    }

    public void Dispose()
    {
        _reader.Dispose();
        _transport.Input.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _reader.FillAsync(_transport.Reading))
            {
                Interlocked.Increment(ref _received);
                Interlocked.Exchange(ref _receivedAt, _time.GetTimestamp());
                if (_bytes.Spend(_time, _reader.TakeCost()) is var wait and > 0)
                {
                    await _message.PauseAsync(PayOffAsync(TimeSpan.FromMilliseconds(wait)));
                }

                while (_reader.TryRead(out var incoming))
                {
                    if (!await HandleAsync(incoming))
                    {
                        return;
                    }
                }

                _message.Note(_reader.IsInsideMessage, _reader.Completed);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            SessionLog.Broken(_log, ClientId, e.Message);
        }
        finally
        {
            Volatile.Write(ref _readerDone, true);
            _writer.Wake();
        }
    }

    private async Task PayOffAsync(TimeSpan debt)
    {
        for (var left = debt; left > TimeSpan.Zero && !IsWriterDone; left -= LongestPause)
        {
            await Task.Delay(left < LongestPause ? left : LongestPause, _time, _transport.Closed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Unread bytes would turn our close into a reset, and the peer would not see why.</summary>
    private async Task SkipToCloseAsync()
    {
        try
        {
            await _reader.SkipToCloseAsync(LastWords, _time, _transport.Reading);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // It has nothing to say.
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
                return End(CloseFrame.Answer(incoming.Payload.Span));
            case Opcode.Ping:
                _writer.Pong(incoming.Payload.ToArray(), tooOften: TakeFrame() > 0);
                return true;
            case Opcode.Pong:
                return true;
            case Opcode.Binary:
                return End(CloseCodes.BinaryFrame);
        }

        if (_writer.Closing is { } closing && closing != CloseCodes.Normal)
        {
            return true;
        }

        if (!Utf8.IsValid(incoming.Payload.Span))
        {
            return End(CloseCodes.InvalidUtf8);
        }

        if (IsBehind)
        {
            await _message.PauseAsync(_writer.Replies.RoomAsync());
        }

        var reply = new Reply(this);
        _writer.Replies.Add(reply);
        _receiver(this, incoming.Payload, reply);
        return true;
    }

    /// <summary>Nothing more is handled, but earlier frames still get their answers before the close.</summary>
    private bool End(CloseReason reason)
    {
        _refused = !_peerClosed;
        if (reason != CloseCodes.Normal)
        {
            GatewayMetrics.FrameRefused(reason.Reason);
        }

        var last = new Reply(this) { ThenClose = reason };
        _writer.Replies.Add(last);
        last.Complete([]);
        return false;
    }
}

internal static partial class SessionLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Client} reads too slowly and is closed")]
    public static partial void Slow(ILogger logger, string client);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Client} broke: {Reason}")]
    public static partial void Broken(ILogger logger, string client, string reason);
}
