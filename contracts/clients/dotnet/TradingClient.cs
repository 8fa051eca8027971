using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace TradingSystem.Client;

/// <summary>One session with the gateway: connects, stays connected, misses nothing, trades once.</summary>
public sealed partial class TradingClient : IAsyncDisposable
{
    private const int Remembered = 1000;
    private const int MaxUnanswered = 1000;

    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LastBackoff = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan IoDeadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CloseDeadline = TimeSpan.FromSeconds(1);

    private readonly TradingClientOptions _options;
    private readonly TimeProvider _time;
    private readonly Sequence? _sequence;
    private readonly Channel<Frame> _queue;
    private readonly ConcurrentDictionary<string, Pending> _pending = new();
    private readonly ConcurrentDictionary<string, OrderUpdate> _final = new();
    private readonly Queue<string> _finalOrder = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource<StoppedException> _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ClientWebSocket? _socket;
    private Task _running = Task.CompletedTask;
    private TimeSpan _floor;
    private long _heard;
    private string _why = "";

    private TradingClient(TradingClientOptions options)
    {
        _options = options;
        _time = options.Time;
        _sequence = options.Features.Contains("resume") ? new Sequence(options.ResumeFrom) : null;
        _queue = Channel.CreateBounded<Frame>(new BoundedChannelOptions(options.QueueSize) { SingleReader = true });
        Seq = options.ResumeFrom;
    }

    public Ack? Ack { get; private set; }

    /// <summary>The last frame that was handled: keep it for <see cref="TradingClientOptions.ResumeFrom"/>.</summary>
    public long? Seq { get; private set; }

    /// <summary>Completes when trying again cannot help, with the reason.</summary>
    public Task<StoppedException> Stopped => _stopped.Task;

    /// <summary>Returns after the first ack.</summary>
    public static async Task<TradingClient> ConnectAsync(TradingClientOptions options, CancellationToken cancellationToken = default)
    {
        var client = new TradingClient(options);
        client._running = Task.WhenAll(client.RunAsync(), client.DispatchAsync());
        try
        {
            await client.UntilAsync(() => client.Ack, null, () => $"connection to {options.Url} ({client._why})", cancellationToken);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Repeated with the same id it is still one order; after a broken connection this client repeats it by itself.</summary>
    public async Task<Reply> DecideAsync(Decision decision, TimeSpan? deadline = null, CancellationToken cancellationToken = default)
    {
        var id = decision.DecisionId ?? Guid.NewGuid().ToString();
        var reply = await RequestAsync(decision.ToFrame(_options.Protocol, id, decision.Symbol ?? Ack?.Symbol), keyed: true, deadline, cancellationToken);
        return reply with { DecisionId = id };
    }

    /// <summary>The update that ends a decision's order: filled, rejected …. Needs the feature orders.</summary>
    public Task<OrderUpdate> OrderAsync(string decisionId, TimeSpan? deadline = null, CancellationToken cancellationToken = default) =>
        UntilAsync(() => _final.GetValueOrDefault(decisionId), deadline, () => $"final update of {decisionId}", cancellationToken);

    /// <summary>How long a ping and its pong took.</summary>
    public async Task<TimeSpan> PingAsync(TimeSpan? deadline = null, CancellationToken cancellationToken = default)
    {
        var begin = _time.GetTimestamp();
        await RequestAsync(new() { [_options.Protocol == 2 ? "type" : "kind"] = "ping", ["id"] = Guid.NewGuid().ToString() }, false, deadline, cancellationToken);
        return _time.GetElapsedTime(begin);
    }

    /// <summary>Sends any frame. <paramref name="keyed"/> (it has a decision_id or event_key) repeats it after a reconnect.</summary>
    public async Task<Reply> RequestAsync(JsonObject frame, bool keyed = false, TimeSpan? deadline = null, CancellationToken cancellationToken = default)
    {
        Numbers.RefuseNotFinite(frame);
        if (!frame.ContainsKey("id"))
        {
            frame["request_id"] ??= Guid.NewGuid().ToString();
        }

        var text = Encoding.UTF8.GetBytes(frame.ToJsonString());
        var limit = Ack?.Limits?.GetValueOrDefault("max_frame_bytes", 65536) ?? 65536;
        if (text.Length > limit || _pending.Count >= MaxUnanswered)
        {
            throw new InvalidOperationException($"the frame is over {limit} bytes, or {MaxUnanswered} frames wait for replies");
        }

        var key = (frame["id"] ?? frame["request_id"])!.ToString();
        var pending = _pending[key] = new(text, keyed);
        try
        {
            if (_socket is { } socket)
            {
                await SendAsync(socket, pending);
            }
            else if (!keyed)
            {
                throw new NoReplyException("not connected");
            }

            // Looked at after the frame was put where a stop finds it.
            return _stopped.Task.IsCompleted ? throw await _stopped.Task : await pending.Reply.Task.WaitAsync(deadline ?? _options.Deadline, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new NoReplyException($"no reply within {deadline ?? _options.Deadline}");
        }
        finally
        {
            _pending.TryRemove(key, out _);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Stop(new(null, "closed", null));
        _queue.Writer.TryComplete();
        if (_socket is { } socket)
        {
            await LeaveAsync(socket, hangUp: false);
        }

        _closing.CancelAfter(CloseDeadline);
        await _running;
        _closing.Dispose();
        _sending.Dispose();
    }

    private void Remember(OrderUpdate update)
    {
        if (_final.TryAdd(update.DecisionId, update))
        {
            _finalOrder.Enqueue(update.DecisionId);
            if (_finalOrder.Count > Remembered)
            {
                _final.TryRemove(_finalOrder.Dequeue(), out _);
            }

            Tell();
        }
    }

    private void Put(Frame frame)
    {
        if (!_queue.Writer.TryWrite(frame) && !_stopped.Task.IsCompleted)
        {
            Report(new InvalidOperationException("the queue is full, a frame is dropped"), frame);
        }
    }

    private async Task DispatchAsync()
    {
        await foreach (var frame in _queue.Reader.ReadAllAsync())
        {
            try
            {
                await (frame switch
                {
                    Ack ack => _options.OnAck?.Invoke(ack),
                    Event e => _options.OnEvent?.Invoke(e),
                    OrderUpdate order => _options.OnOrder?.Invoke(order),
                    ConfigUpdate config => _options.OnConfig?.Invoke(config),
                    Gap gap when _options.OnGap is null => throw new InvalidDataException($"frames are lost: {gap}"),
                    Gap gap => _options.OnGap(gap),
                    Disconnected disconnected => _options.OnDisconnect?.Invoke(disconnected),
                    _ => null,
                } ?? Task.CompletedTask);
            }
            catch (Exception e)
            {
                Report(e, frame);
            }

            Seq = (frame as Pushed)?.Seq ?? Seq;
        }
    }

    private void Report(Exception problem, Frame frame)
    {
        try
        {
            if (_options.OnError is { } handler)
            {
                handler(problem, frame);
                return;
            }
        }
        catch (Exception e)
        {
            Console.Error.WriteLine($"OnError itself threw: {e}");
        }

        Console.Error.WriteLine($"{frame.GetType().Name}: {problem}");
    }

    private async Task<T> UntilAsync<T>(Func<T?> find, TimeSpan? deadline, Func<string> what, CancellationToken cancellationToken)
        where T : class
    {
        using var late = new CancellationTokenSource(deadline ?? _options.Deadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            while (true)
            {
                var news = Volatile.Read(ref _news);
                if (find() is { } found)
                {
                    return found;
                }

                await Task.WhenAny(news.Task, _stopped.Task).WaitAsync(either.Token);
                if (_stopped.Task.IsCompleted)
                {
                    throw await _stopped.Task;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NoReplyException($"no {what()} within {deadline ?? _options.Deadline}");
        }
    }

    private void Tell() => Interlocked.Exchange(ref _news, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    private void Stop(StoppedException stopped)
    {
        _stopped.TrySetResult(stopped);
        foreach (var pending in _pending.Values)
        {
            pending.Reply.TrySetException(_stopped.Task.Result);
        }
    }

    /// <summary>A frame without its reply, and the connection it last went out on.</summary>
    private sealed class Pending(byte[] text, bool keyed)
    {
        private ClientWebSocket? _on;

        public byte[] Text => text;

        public bool Keyed => keyed;

        public ClientWebSocket? On => Volatile.Read(ref _on);

        public TaskCompletionSource<Reply> Reply { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>True once per connection.</summary>
        public bool Claim(ClientWebSocket socket) => Interlocked.Exchange(ref _on, socket) != socket;
    }
}
