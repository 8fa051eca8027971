using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;

namespace TradingSystem.Client;

/// <summary>The connection itself: opening it again and again, and what arrives on it.</summary>
public sealed partial class TradingClient
{
    private async Task RunAsync()
    {
        for (var attempt = 0; !_stopped.Task.IsCompleted;)
        {
            var cap = TimeSpan.FromTicks(Math.Min(LastBackoff.Ticks, FirstBackoff.Ticks << Math.Min(attempt, 20)));
            var begin = _time.GetTimestamp();
            var (code, reason) = await ConnectionAsync();
            _why = $"{code} {reason}".Trim();
            var known = Codes.Close.GetValueOrDefault(reason);
            if (!(known?.Reconnect ?? code is not (1002 or 1008)))
            {
                Stop(new(code, reason, known?.Meaning));
            }

            foreach (var pending in _pending.Values.Where(p => !p.Keyed && p.On is not null))
            {
                pending.Reply.TrySetException(new NoReplyException("the connection broke before the reply"));
            }

            if (_stopped.Task.IsCompleted)
            {
                break;
            }

            // A connection that held resets the backoff; one that brought something and broke keeps it at a second.
            attempt = _heard > begin && _time.GetElapsedTime(begin, _heard) > TimeSpan.FromSeconds(1) ? 0 : Math.Min(attempt + 1, _heard > begin ? 2 : 20);
            var least = code == 1013 && _floor < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : _floor;
            var wait = cap * Random.Shared.NextDouble();
            wait = wait > least ? wait : least;
            _floor = TimeSpan.Zero;
            Put(new Disconnected(code, reason, wait));
            await Task.WhenAny(Task.Delay(wait, _time), _stopped.Task);
        }

        _queue.Writer.TryComplete();
    }

    /// <summary>One connection from its handshake to its end, which is the result.</summary>
    private async Task<(int? Code, string Reason)> ConnectionAsync()
    {
        using var socket = new ClientWebSocket();
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        socket.Options.SetRequestHeader("Authorization", $"Bearer {_options.Token}");
        socket.Options.KeepAliveInterval = Timeout.InfiniteTimeSpan;
        var keeping = Task.CompletedTask;
        try
        {
            await socket.ConnectAsync(Address(), cut.Token).WaitAsync(IoDeadline, _time, cut.Token);
            var buffer = new ArrayBufferWriter<byte>(4096);
            if (await ReceiveAsync(socket, buffer, cut.Token).WaitAsync(IoDeadline, _time, cut.Token) is not { } first)
            {
                return ((int?)socket.CloseStatus, socket.CloseStatusDescription ?? "");
            }

            keeping = KeepAsync(socket, Greet(socket, first), cut);
            while (await ReceiveAsync(socket, buffer, cut.Token) is { } frame)
            {
                Volatile.Write(ref _heard, _time.GetTimestamp());
                Receive(frame);
            }

            return ((int?)socket.CloseStatus, socket.CloseStatusDescription ?? "");
        }
        catch (AgainException again)
        {
            return (null, again.Message);
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or TimeoutException or JsonException or InvalidOperationException)
        {
            return (socket.State == WebSocketState.Aborted && e is WebSocketException ? 1006 : null, e is OperationCanceledException ? "no sign of life" : e.Message);
        }
        finally
        {
            _socket = null;
            await LeaveAsync(socket, hangUp: true);
            await cut.CancelAsync();
            await keeping;
        }
    }

    private Uri Address()
    {
        var from = _sequence?.Ask() is { } seq ? $"&resume_from={seq}" : "";
        var history = _market?.Ask() is { } candles ? $"&candles={candles}" : "";
        return new($"{_options.Url}?features={string.Join(',', _features)}&protocol={_options.Protocol}{from}{history}");
    }

    private Ack Greet(ClientWebSocket socket, Frame first)
    {
        var ack = first as Ack ?? throw new JsonException("the first frame was no ack");
        if (_sequence?.Begin(ack.LastSeq) == false && Ack is not null)
        {
            // The connection before broke before it was told where it stood.
            Put(new Gap(null, null, null));
        }

        Ack = ack;
        _socket = socket;
        Put(ack);
        _news.Tell();
        return ack;
    }

    /// <summary>Sends again what was never answered, then pings. Any frame is a sign of life.</summary>
    private async Task KeepAsync(ClientWebSocket socket, Ack ack, CancellationTokenSource cut)
    {
        try
        {
            foreach (var pending in _pending.Values)
            {
                await SendAsync(socket, pending);
            }

            var interval = _options.Heartbeat ?? TimeSpan.FromMilliseconds(ack.HeartbeatMs);
            while (true)
            {
                await Task.Delay(interval, _time, cut.Token);
                try
                {
                    await PingAsync(interval, cut.Token);
                }
                catch (NoReplyException) when (_time.GetElapsedTime(Volatile.Read(ref _heard)) > interval)
                {
                    await cut.CancelAsync();
                }
                catch (Exception e) when (e is NoReplyException or InvalidOperationException)
                {
                    // Something else arrived meanwhile.
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or StoppedException)
        {
            // The connection is over.
        }
    }

    private static async Task<Frame?> ReceiveAsync(ClientWebSocket socket, ArrayBufferWriter<byte> buffer, CancellationToken cancellationToken)
    {
        buffer.ResetWrittenCount();
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.GetMemory(4096), cancellationToken);
            buffer.Advance(part.Count);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            if (part.EndOfMessage)
            {
                return FrameReader.Read(buffer.WrittenMemory);
            }
        }
    }

    private async Task SendAsync(ClientWebSocket socket, Pending pending)
    {
        if (pending.Claim(socket))
        {
            using var deadline = new CancellationTokenSource(IoDeadline, _time);
            try
            {
                await _sending.WaitAsync(deadline.Token);
                try
                {
                    await socket.SendAsync(pending.Text, WebSocketMessageType.Text, true, deadline.Token);
                }
                finally
                {
                    _sending.Release();
                }
            }
            catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or InvalidOperationException)
            {
                // The reader notices, and what has a key goes out again.
            }
        }
    }

    private async Task LeaveAsync(ClientWebSocket socket, bool hangUp)
    {
        using var deadline = new CancellationTokenSource(CloseDeadline, _time);
        try
        {
            await (
                hangUp ? socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", deadline.Token) : socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", deadline.Token));
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or InvalidOperationException)
        {
            socket.Abort();
        }
    }

    private void Receive(Frame frame)
    {
        _options.OnFrame?.Invoke(frame);
        switch (frame)
        {
            // What a leaving server refuses goes out again on the next connection.
            case Reply reply when _pending.TryGetValue(reply.RequestId ?? "", out var pending) && !(pending.Keyed && reply.Code == "SERVER_SHUTDOWN"):
                pending.Reply.TrySetResult(reply);
                break;
            case Resumed resumed:
                _sequence?.Continue(resumed, Put);
                break;
            case Other { Code: "SERVER_SHUTDOWN" }:
                _floor = TimeSpan.FromMilliseconds(
                    frame.Raw.TryGetProperty("detail", out var detail) && detail.TryGetProperty("reconnect_after_ms", out var ms) ? ms.GetInt32() : 1000);
                break;
            case ConfigUpdate:
                Put(frame);
                break;
            case Candle or CandleHistory when _market is not null && IsFull():
                throw new AgainException("the queue is full"); // the history is asked for again
            case Candle or Client.Price or CandleHistory when _market?.Receive(frame) is { } received:
                Put(received);
                break;
            case Pushed pushed when _sequence?.IsNext(pushed, IsFull(), Put) != false:
                Put(frame);
                if (pushed is OrderUpdate update && _orders.Updated(update))
                {
                    _news.Tell();
                }

                break;
        }
    }
}
