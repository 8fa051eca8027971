using System.Buffers;
using System.Net.WebSockets;
using System.Threading.Channels;

namespace TradingSystem.Benchmarks.Load.Baselines;

/// <summary>What a baseline does with frames.</summary>
internal interface IBackend : IAsyncDisposable
{
    Task StartAsync(Sessions sessions);

    /// <summary>Begins before it returns, so that one socket's frames keep their order; the answer comes when it is accepted.</summary>
    ValueTask<byte[]> HandleAsync(Client client, ClientFrame frame);
}

/// <summary>One socket behind the ASP.NET WebSocket API: a reader, replies in the frames' order, a writer.</summary>
internal sealed class Client(string owner, bool isGroup, WebSocket socket, IBackend backend)
{
    // As the product: the server stops reading at so many unanswered frames.
    private const int MaxUnanswered = 1024;
    private const int BufferBytes = 4096;

    private readonly Channel<byte[]> _out = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Channel<ValueTask<byte[]>> _answers = Channel.CreateBounded<ValueTask<byte[]>>(
        new BoundedChannelOptions(MaxUnanswered) { SingleReader = true, SingleWriter = true });

    public string Owner { get; } = owner;

    public bool IsGroup { get; } = isGroup;

    public void Send(byte[] frame) => _out.Writer.TryWrite(frame);

    public async Task RunAsync()
    {
        Send(Json.Bytes(new Connected(true, "connected", Owner, [Owner], "ack")));
        var writing = WriteAsync();
        var answering = AnswerAsync();
        try
        {
            await ReadAsync();
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // The load client leaves by reset.
        }

        _answers.Writer.TryComplete();
        await answering;
        _out.Writer.TryComplete();
        await writing;
    }

    private async Task ReadAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var length = 0;
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    return;
                }

                length += received.Count;
                if (!received.EndOfMessage)
                {
                    continue;
                }

                var answer = backend.HandleAsync(this, Json.Read<ClientFrame>(buffer.AsSpan(0, length)));
                length = 0;
                if (answer.IsCompletedSuccessfully)
                {
                    // A backend answers at once or never at once, so nothing is overtaken.
                    Send(answer.Result);
                }
                else
                {
                    await _answers.Writer.WriteAsync(answer);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task AnswerAsync()
    {
        await foreach (var answer in _answers.Reader.ReadAllAsync())
        {
            Send(await answer);
        }
    }

    private async Task WriteAsync()
    {
        try
        {
            await foreach (var frame in _out.Reader.ReadAllAsync())
            {
                await socket.SendAsync(frame.AsMemory(), WebSocketMessageType.Text, true, CancellationToken.None);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // Gone; the reader notices.
        }
    }
}
