using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Streams;

/// <summary>One socket. Its dialect says what a message of the client does and how events are wrapped.</summary>
public abstract class StreamConnection(StreamHub hub, Func<Task<WebSocket>> accept, VenueKind venue, TimeProvider time, TimeSpan idle)
{
    private readonly Channel<byte[]> _outgoing = Channel.CreateUnbounded<byte[]>();
    private readonly CancellationTokenSource _ended = new();
    private readonly long _opened = time.GetTimestamp();

    protected TimeProvider Clock => time;

    /// <summary>Set once the client has shown who it is.</summary>
    public Account? Account { get; protected set; }

    public async Task RunAsync()
    {
        // Known before the client hears that it is connected: nothing of what comes then is lost.
        hub.Add(this);
        try
        {
            using var socket = await accept();
            var sending = SendAsync(socket);
            await UntilItEndsAsync(socket);
            _outgoing.Writer.TryComplete();
            await _ended.CancelAsync();
            await sending;
            socket.Abort();
        }
        finally
        {
            hub.Remove(this);
        }
    }

    public void Tell(StreamMessage message)
    {
        if (Wrap(message) is { } body && !hub.Loses(venue, Account?.Key, message.Channel))
        {
            Write(body.ToJsonString());
        }
    }

    public void Abort() => _ended.Cancel();

    /// <summary>Null for what was not subscribed.</summary>
    protected abstract JsonNode? Wrap(StreamMessage message);

    protected abstract void Received(string text);

    protected void Write(string text)
    {
        if (!hub.IsSilent(venue, Account?.Key, _opened))
        {
            _outgoing.Writer.TryWrite(Encoding.UTF8.GetBytes(text));
        }
    }

    protected void Write(JsonNode body) => Write(body.ToJsonString());

    private async Task UntilItEndsAsync(WebSocket socket)
    {
        try
        {
            await ReceiveAsync(socket);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // The other side is gone, or was cut.
        }
    }

    private async Task SendAsync(WebSocket socket)
    {
        try
        {
            await foreach (var message in _outgoing.Reader.ReadAllAsync(_ended.Token))
            {
                await socket.SendAsync(message, WebSocketMessageType.Text, true, _ended.Token);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // As above.
        }
    }

    private async Task ReceiveAsync(WebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                using var deadline = new CancellationTokenSource(idle, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _ended.Token);
                part = await socket.ReceiveAsync(buffer.AsMemory(length), either.Token);
                length += part.Count;
            }
            while (!part.EndOfMessage);

            if (part.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _ended.Token);
                return;
            }

            Received(Encoding.UTF8.GetString(buffer, 0, length));
        }
    }
}
