using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace TradingSystem.Client;

/// <summary>One session with the gateway: connects, stays connected, misses nothing, trades once.</summary>
public sealed partial class TradingClient : IAsyncDisposable
{
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
    private readonly Orders _orders = new();
    private readonly RestReader _rest;
    private readonly Dictionary<Type, Func<Frame, Task>> _handlers = [];
    private readonly News _news;
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource<StoppedException> _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<bool> _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ClientWebSocket? _socket;
    private Market? _market;
    private IReadOnlyList<string> _features;
    private int _disposed;
    private Task _running = Task.CompletedTask;
    private TimeSpan _floor;
    private long _heard;
    private string _why = "";

    /// <summary>Connects with <see cref="StartAsync"/>, so that handlers given to <see cref="On"/> may use the client.</summary>
    public TradingClient(TradingClientOptions options)
    {
        _options = options;
        _time = options.Time;
        _rest = new(options);
        _news = new(options.Time, _stopped.Task);
        _features = options.Features;
        _sequence = options.Features.Contains("resume") ? new Sequence(options.ResumeFrom) : null;
        // A price has a place of its own beside the others, and the moment of its taking.
        _queue = Channel.CreateBounded<Frame>(new BoundedChannelOptions(options.QueueSize + 2) { SingleReader = true });
        Seq = options.ResumeFrom;
        On(options.OnAck);
        On(options.OnEvent);
        On(options.OnOrder);
        On(options.OnConfig);
        On(options.OnCandle);
        On(options.OnPrice);
        On(options.OnHistory);
        On(options.OnGap);
        On(options.OnCandleGap);
        On(options.OnDisconnect);
    }

    public Ack? Ack { get; private set; }

    /// <summary>The last frame that was handled: keep it for <see cref="TradingClientOptions.ResumeFrom"/>.</summary>
    public long? Seq { get; private set; }

    /// <summary>
    /// The last closed candles, oldest first, up to the one that is being handled. As many as <see cref="TradingClientOptions.Candles"/> asked for,
    /// else 500.
    /// </summary>
    public IReadOnlyList<Candle> Candles => _market?.Book.Bars ?? [];

    /// <summary>The newest price; null before the first.</summary>
    public Price? Price => _market?.Price;

    /// <summary>Completes when trying again cannot help, with the reason.</summary>
    public Task<StoppedException> Stopped => _stopped.Task;

    /// <summary>
    /// What <c>GET /api/v1/{path}</c> answers to this token, such as <c>RestAsync("orders/open", new() { ["limit"] = 10 })</c>: the group's own.
    /// </summary>
    /// <exception cref="RestException">Names the status and body of another answer.</exception>
    public Task<JsonElement> RestAsync(string path, Dictionary<string, object?>? query = null, TimeSpan? deadline = null, CancellationToken cancellationToken = default) =>
        _rest.ReadAsync(path, query, deadline, cancellationToken);

    /// <summary>A client that is connected; see <see cref="StartAsync"/>.</summary>
    public static async Task<TradingClient> ConnectAsync(TradingClientOptions options, CancellationToken cancellationToken = default)
    {
        var client = new TradingClient(options);
        await client.StartAsync(cancellationToken);
        return client;
    }

    /// <summary>
    /// What to call for a kind of frame: <see cref="Ack"/>, <see cref="Event"/>, <see cref="OrderUpdate"/>, <see cref="ConfigUpdate"/>, <see cref="Candle"/>,
    /// <see cref="Price"/>, <see cref="CandleHistory"/>, <see cref="Gap"/>, <see cref="CandleGap"/>, <see cref="Disconnected"/>. One handler each, before
    /// <see cref="StartAsync"/>.
    /// </summary>
    public void On<TFrame>(Func<TFrame, Task>? handler)
        where TFrame : Frame
    {
        if (handler is not null)
        {
            _handlers[typeof(TFrame)] = frame => handler((TFrame)frame);
        }
    }

    /// <summary>Returns after the first ack; from then on handlers run.</summary>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (Market.Feature(_options, _handlers.ContainsKey(typeof(Candle)), _handlers.ContainsKey(typeof(Price))) is { } market)
        {
            _features = [.. _features, market];
            _market = new(_options.Candles, _time);
        }

        _running = Task.WhenAll(RunAsync(), DispatchAsync());
        try
        {
            await _news.UntilAsync(() => Ack, _options.Deadline, () => $"connection to {_options.Url} ({_why})", cancellationToken);
            _entered.TrySetResult(true);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>Repeated with the same id it is still one order; after a broken connection this client repeats it by itself.</summary>
    public async Task<Reply> DecideAsync(Decision decision, TimeSpan? deadline = null, CancellationToken cancellationToken = default)
    {
        var id = decision.DecisionId ?? Guid.NewGuid().ToString();
        var symbol = decision.Symbol ?? Ack?.Symbol;
        var frame = decision.ToFrame(_options.Protocol, id, symbol);
        _orders.Retried(id);
        var reply = await RequestAsync(frame, keyed: true, deadline, cancellationToken);
        _orders.Replied(id, decision.Action, symbol, reply);
        _news.Tell();
        return reply with { DecisionId = id };
    }

    /// <summary>The update that ends a decision's order: filled, rejected …; of NO_TRADE one with the status recorded. Needs the feature orders.</summary>
    /// <exception cref="NoOrderException">At once where the decision was refused or only validated.</exception>
    public async Task<OrderUpdate> OrderAsync(string decisionId, TimeSpan? deadline = null, CancellationToken cancellationToken = default) =>
        _features.Contains("orders")
            ? await _news.UntilAsync(() => _orders.End(decisionId), deadline ?? _options.Deadline, () => $"final update of {decisionId}", cancellationToken)
            : throw new NoOrderException("no update comes without the feature orders");

    /// <summary>How long a ping and its pong took.</summary>
    public async Task<TimeSpan> PingAsync(TimeSpan? deadline = null, CancellationToken cancellationToken = default)
    {
        var begin = _time.GetTimestamp();
        await RequestAsync(new() { [_options.Protocol == 2 ? "type" : "kind"] = "ping" }, false, deadline, cancellationToken);
        return _time.GetElapsedTime(begin);
    }

    /// <summary>Sends any frame. <paramref name="keyed"/> (it has a decision_id or event_key) repeats it after a reconnect.</summary>
    public async Task<Reply> RequestAsync(JsonObject frame, bool keyed = false, TimeSpan? deadline = null, CancellationToken cancellationToken = default)
    {
        Numbers.RefuseNotFinite(frame);
        // The server repeats nothing else in every reply: an id is an event's own, or a ping's.
        var key = !frame.TryGetPropertyValue("request_id", out var given) ? Guid.NewGuid().ToString()
            : given is JsonValue value && value.TryGetValue<string>(out var own) && own.Length > 0 ? own
            : throw new ArgumentException("request_id: expected a text that no other frame waits with");
        var sent = frame.DeepClone();
        sent["request_id"] = key;
        var text = Encoding.UTF8.GetBytes(sent.ToJsonString());
        var limit = Ack?.Limits?.GetValueOrDefault("max_frame_bytes", 65536) ?? 65536;
        if (text.Length > limit || _pending.Count >= MaxUnanswered)
        {
            throw new InvalidOperationException($"the frame is over {limit} bytes, or {MaxUnanswered} frames wait for replies");
        }

        var pending = new Pending(text, keyed);
        if (!_pending.TryAdd(key, pending))
        {
            throw new ArgumentException("request_id: expected a text that no other frame waits with");
        }

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
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        Stop(new(null, "closed", null));
        _entered.TrySetResult(false);
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

    private bool IsFull() => _queue.Reader.Count - (_market?.Waiting == true ? 1 : 0) >= _options.QueueSize;

    private void Put(Frame frame)
    {
        if (((IsFull() && frame is not Client.Price) || !_queue.Writer.TryWrite(frame)) && !_stopped.Task.IsCompleted)
        {
            Report(new InvalidOperationException("the queue is full, a frame is dropped"), frame);
        }
    }

    private async Task DispatchAsync()
    {
        if (!await _entered.Task)
        {
            return;
        }

        await foreach (var frame in _queue.Reader.ReadAllAsync())
        {
            foreach (var handed in _market?.Hand(frame) ?? [frame])
            {
                await HandAsync(handed);
            }

            Seq = (frame as Pushed)?.Seq ?? Seq;
        }
    }

    private async Task HandAsync(Frame frame)
    {
        try
        {
            if (_handlers.TryGetValue(frame.GetType(), out var handler))
            {
                await handler(frame);
            }
            else if (frame is Gap or CandleGap or CandleHistory { Note: not null })
            {
                throw new InvalidDataException($"something is missing: {frame}");
            }
        }
        catch (Exception e)
        {
            Report(e, frame);
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

    private void Stop(StoppedException stopped)
    {
        _stopped.TrySetResult(stopped);
        foreach (var pending in _pending.Values)
        {
            pending.Reply.TrySetException(_stopped.Task.Result);
        }
    }
}
