using System.IO.Pipelines;
using TradingSystem.Contracts.Wire;
using TradingSystem.Gateway.Framing;
using TradingSystem.Gateway.Settings;

namespace TradingSystem.Gateway.Connections;

/// <summary>
/// The sending half of a session, alone on its transport: the ack before anything else, pongs before the replies to what came after their
/// pings, replies in the order of their frames, history and news of the market, frames of the session's own, and what the group's feed has next. What is
/// there leaves together in one write.
/// </summary>
public sealed class SessionWriter(Session session, PipeWriter output, GatewayOptions options, TimeProvider time, ILogger log)
{
    private const int BatchBytes = 64 * 1024;
    private const int MaxDirectBytes = 1 << 20;
    private const int MaxPongs = 1000;

    private static readonly TimeSpan SendDeadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SlowAfter = TimeSpan.FromMilliseconds(500);

    private readonly Signal _signal = new();
    private readonly Queue<(Opcode Opcode, byte[] Payload)> _direct = new();
    private Queue<byte[]>? _pongs;
    private byte[]? _newestPong;
    private bool _hasPongs;
    private FeedReader? _feed;
    private MarketReader? _market;
    private int _directBytes;
    private CloseReason? _close;
    private bool _dropQueued;
    private bool _done;
    private long _writingSince;

    public Replies Replies { get; } = new(options.OutboundQueueBytes);

    /// <summary>The group's feed, once the session follows it.</summary>
    public FeedReader? Feed
    {
        get => Volatile.Read(ref _feed);
        set => Volatile.Write(ref _feed, value);
    }

    /// <summary>The group's market, for a session that wants it.</summary>
    public MarketReader? Market
    {
        get => Volatile.Read(ref _market);
        set => Volatile.Write(ref _market, value);
    }

    public bool IsClosing => Closing is not null;

    /// <summary>Why it is about to end; what has only been lost ends with <see cref="CloseCodes.Normal"/>.</summary>
    public CloseReason? Closing => Volatile.Read(ref _close);

    /// <summary>The close is sent, or cannot be.</summary>
    public bool IsDone => Volatile.Read(ref _done);

    private long Owed => Replies.Bytes + Volatile.Read(ref _directBytes) + (Feed is { IsReplaying: false } feed ? feed.Behind : 0);

    private bool DropsQueued => IsClosing && Volatile.Read(ref _dropQueued);

    public void Wake() => _signal.Set();

    /// <summary>Written at once, before the writer runs: nothing can come before it.</summary>
    public void Begin(byte[] ack) => output.WriteFrame(Opcode.Text, ack);

    /// <summary>
    /// Answers a ping. Of pings that come <paramref name="tooOften"/>, or faster than answers leave, only the newest is answered (RFC 6455, 5.5.3).
    /// </summary>
    public void Pong(byte[] payload, bool tooOften)
    {
        lock (_direct)
        {
            if (tooOften || _pongs?.Count >= MaxPongs)
            {
                _newestPong = payload;
            }
            else
            {
                _newestPong = null;
                (_pongs ??= new()).Enqueue(payload);
            }

            Volatile.Write(ref _hasPongs, true);
        }

        _signal.Set();
    }

    public void Send(Opcode opcode, byte[] payload)
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

    /// <summary>Ends the flow with <paramref name="reason"/>, after what is queued or instead of it. The first reason stays; false if there was one.</summary>
    public bool Complete(CloseReason reason, bool dropQueued)
    {
        if (Interlocked.CompareExchange(ref _close, reason, null) is not null)
        {
            return false;
        }

        Volatile.Write(ref _dropQueued, dropQueued);
        session.EndSoon();
        _signal.Set();
        return true;
    }

    /// <summary>A reader that is too far behind and does not take anything is cut; one that is only busy catches up.</summary>
    public void CheckPace()
    {
        if (Interlocked.Read(ref _writingSince) is not (var since and not 0))
        {
            return;
        }

        var stuck = time.GetElapsedTime(since);
        if (stuck > SendDeadline || (stuck > SlowAfter && Owed > options.OutboundQueueBytes))
        {
            Cut();
        }
    }

    /// <summary>The process stood still: what it did not do meanwhile is not held against the peer.</summary>
    public void Awoke()
    {
        if (Interlocked.Read(ref _writingSince) is var since and not 0)
        {
            Interlocked.CompareExchange(ref _writingSince, time.GetTimestamp(), since);
        }
    }

    /// <summary>Runs until the close is sent or the transport broke.</summary>
    public async Task RunAsync()
    {
        try
        {
            while (!session.IsAborted)
            {
                Collect();
                if (output.UnflushedBytes > 0)
                {
                    await FlushAsync();
                }
                else if (IsClosing)
                {
                    break;
                }
                else if (session.IsReaderDone && Replies.IsEmpty)
                {
                    // The peer says nothing more, and what it said is answered. It may still read.
                    Complete(CloseCodes.Normal, dropQueued: false);
                }
                else
                {
                    await _signal.WaitAsync();
                }
            }

            if (!session.IsAborted)
            {
                output.WriteClose(_close!);
                await FlushAsync();
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            SessionLog.Broken(log, session.ClientId, e.Message);
            Complete(CloseCodes.Normal, dropQueued: true);
            session.Abort();
        }
        finally
        {
            Volatile.Write(ref _done, true);
            Replies.End();
        }
    }

    private void Cut()
    {
        if (Complete(CloseCodes.SlowConsumer, dropQueued: true))
        {
            GatewayMetrics.SlowConsumer();
            SessionLog.Slow(log, session.ClientId);
        }
    }

    private void Collect()
    {
        if (Volatile.Read(ref _hasPongs))
        {
            CollectPongs();
        }

        while (output.UnflushedBytes < BatchBytes && !DropsQueued && Replies.Take() is { } reply)
        {
            if (reply.Frame is { Length: > 0 } frame)
            {
                output.WriteFrame(Opcode.Text, frame);
            }

            if (reply.ThenClose is { } close)
            {
                Complete(close, dropQueued: false);
                return;
            }
        }

        if (!IsClosing && output.UnflushedBytes < BatchBytes && Market is { } market && !market.Write(output, BatchBytes, session.Dialect))
        {
            Cut();
        }

        lock (_direct)
        {
            while (!IsClosing && output.UnflushedBytes < BatchBytes && _direct.TryDequeue(out var frame))
            {
                _directBytes -= frame.Payload.Length;
                output.WriteFrame(frame.Opcode, frame.Payload);
            }
        }

        if (!IsClosing && output.UnflushedBytes < BatchBytes && Feed is { } feed && !feed.Write(output, BatchBytes - (int)output.UnflushedBytes, session.Dialect))
        {
            // Better a cut that says so than a silent gap.
            Cut();
        }
    }

    private void CollectPongs()
    {
        lock (_direct)
        {
            while (!IsClosing && output.UnflushedBytes < BatchBytes)
            {
                if (_pongs?.TryDequeue(out var pong) == true)
                {
                    output.WriteFrame(Opcode.Pong, pong);
                    continue;
                }

                if (_newestPong is { } newest)
                {
                    output.WriteFrame(Opcode.Pong, newest);
                }

                _newestPong = null;
                _hasPongs = false;
                return;
            }
        }
    }

    private async ValueTask FlushAsync()
    {
        Interlocked.Exchange(ref _writingSince, time.GetTimestamp());
        await output.SendAsync(CancellationToken.None);
        Interlocked.Exchange(ref _writingSince, 0);
    }
}
