using TradingSystem.Hosting.Outbound;

namespace TradingSystem.Trigger.Feeds;

/// <summary>
/// Trades and mark prices over one connection, made again whenever it is lost. One that grows old is followed by another while it still brings trades; both
/// are read until their ids overlap, so that none is missed and none told twice. Ids that jump are a gap at once.
/// </summary>
public sealed class LiveTrades(
    IReadOnlyList<string> symbols,
    LiveOptions options,
    LiveHistory history,
    OutboundClient http,
    IFeedSink sink,
    FeedPulse pulse,
    TimeProvider time,
    ILogger log)
{
    // More of one symbol than an overlap brings; a connection that is so far ahead of the other is of no use as its follower.
    private const int MostHeld = 20_000;

    private readonly Lock _lock = new();
    private readonly TradeSequence _sequence = new();
    private readonly HashSet<string> _symbols = new(symbols, StringComparer.Ordinal);

    // While there is a follower: trades of it that the leader may still bring others before, symbols that the leader brought, and those of them of
    // which it is known that the follower brings all that comes.
    private readonly Dictionary<string, Queue<Trade>> _held = new(StringComparer.Ordinal);
    private readonly HashSet<string> _led = new(StringComparer.Ordinal);
    private readonly HashSet<string> _overlapped = new(StringComparer.Ordinal);
    private TaskCompletionSource _overlap = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Connection? _leader;
    private Connection? _follower;

    /// <summary>Until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var failures = 0;
        Connection? follower = null;
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Connection leader;
                lock (_lock)
                {
                    // Under the lock: what it brings before it is known to be the leader would be nobody's.
                    _leader = leader = follower ?? Open(options.TradePaths[failures % options.TradePaths.Count], isFollower: false, cancellationToken);
                }

                follower = await LeadAsync(leader, cancellationToken);
                if (follower is null)
                {
                    sink.Torn();
                    pulse.Lost();
                    failures = leader.Socket.HasBrought ? 0 : failures + 1;
                    await Task.Delay(LiveAddress.Backoff(options, failures), time, cancellationToken);
                }
                else
                {
                    failures = 0;
                }
            }
        }
        finally
        {
            foreach (var connection in new[] { _follower, _leader }.OfType<Connection>())
            {
                await connection.CloseAsync();
            }
        }
    }

    /// <summary>Reads until it is lost (null), or followed by the one that is returned.</summary>
    private async Task<Connection?> LeadAsync(Connection leader, CancellationToken cancellationToken)
    {
        using var waits = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var due = Task.Delay(LiveAddress.Renewal(options), time, waits.Token);
            while (true)
            {
                await Task.WhenAny(leader.Ended, due);
                cancellationToken.ThrowIfCancellationRequested();
                if (leader.Ended.IsCompleted)
                {
                    await LostAsync(leader);
                    return null;
                }

                LiveFeedLog.Renewing(log);
                var follower = Follow(leader, cancellationToken);
                await Task.WhenAny(leader.Ended, follower.Ended, _overlap.Task, Task.Delay(options.LongestOverlap, time, waits.Token));
                cancellationToken.ThrowIfCancellationRequested();
                if (!leader.Ended.IsCompleted && (follower.Ended.IsCompleted || !follower.Socket.HasBrought))
                {
                    await GiveUpAsync(follower);
                    due = Task.Delay(options.LongestOverlap, time, waits.Token);
                    continue;
                }

                if (leader.Ended.IsCompleted)
                {
                    await LostAsync(leader);
                }

                Promote(follower);
                await leader.CloseAsync();
                return follower;
            }
        }
        finally
        {
            await waits.CancelAsync();
        }
    }

    private Connection Open(string path, bool isFollower, CancellationToken cancellationToken)
    {
        var socket = new LiveSocket(
            LiveAddress.Of(options, path, symbols, "aggTrade", "markPrice@1s"), options.ConnectDeadline, options.DeadAfter, m => m is Mark, http, time);
        var connection = new Connection(path, socket, cancellationToken) { IsGreeted = isFollower };
        connection.Start(message => Take(connection, message));
        return connection;
    }

    private Connection Follow(Connection leader, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _held.Clear();
            _led.Clear();
            _overlapped.Clear();
            _overlap = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _follower = Open(leader.Path, isFollower: true, cancellationToken);
        }
    }

    private void Promote(Connection follower)
    {
        bool overlapped;
        lock (_lock)
        {
            overlapped = IsOverlapped;
            if (!overlapped && (_led.Count > 0 || _leader!.Ended.IsCompleted))
            {
                // Of some symbol it is not known that the follower brings what the leader does not any more.
                sink.Torn();
            }

            (_leader, _follower) = (follower, null);
            foreach (var held in _held.Values)
            {
                while (held.TryDequeue(out var trade))
                {
                    Tell(trade);
                }
            }
        }

        LiveFeedLog.Renewed(log, overlapped);
    }

    private async Task GiveUpAsync(Connection follower)
    {
        lock (_lock)
        {
            _follower = null;
            _held.Clear();
        }

        LiveFeedLog.NotRenewed(log, await follower.CloseAsync() ?? "it was too far ahead");
    }

    private async Task LostAsync(Connection leader) => LiveFeedLog.Lost(log, "trades", await leader.CloseAsync() ?? "it ended");

    private void Take(Connection from, object message)
    {
        if (message is Mark { Price: > 0 } mark && _symbols.Contains(mark.Symbol))
        {
            Greet(from);
            sink.Mark(mark);
            pulse.Tick();
        }
        else if (message is Trade trade && trade is { Price: > 0, Quantity: >= 0 } && _symbols.Contains(trade.Symbol))
        {
            Greet(from);
            lock (_lock)
            {
                if (from == _follower)
                {
                    TakeOfFollower(trade);
                }
                else if (from == _leader)
                {
                    TakeOfLeader(trade);
                }

                if (_follower is not null && IsOverlapped)
                {
                    _overlap.TrySetResult();
                }
            }
        }
    }

    private bool IsOverlapped => _overlapped.Count > 0 && _led.IsSubsetOf(_overlapped);

    private void TakeOfLeader(in Trade trade)
    {
        Tell(trade);
        if (_follower is null)
        {
            return;
        }

        _led.Add(trade.Symbol);
        if (!_held.TryGetValue(trade.Symbol, out var held))
        {
            return;
        }

        // The leader has come as far as the follower began.
        while (held.TryPeek(out var ahead) && _sequence.Of(ahead) is TradePlace.Next or TradePlace.Known)
        {
            _overlapped.Add(ahead.Symbol);
            Tell(held.Dequeue());
        }
    }

    private void TakeOfFollower(in Trade trade)
    {
        if (trade.Id is null)
        {
            // Nothing says whether the leader has brought it: it does, as long as it leads.
            return;
        }

        var held = _held.GetValueOrDefault(trade.Symbol);
        var place = _sequence.Of(trade);
        if (held is not { Count: > 0 } && place is TradePlace.Known or TradePlace.Next)
        {
            _overlapped.Add(trade.Symbol);
            Tell(trade);
            return;
        }

        // Others may be before it that the leader is about to bring.
        if (held is null)
        {
            _held[trade.Symbol] = held = new();
        }

        if (held.Count < MostHeld)
        {
            held.Enqueue(trade);
        }
        else
        {
            _follower!.End();
        }
    }

    private void Tell(in Trade trade)
    {
        var place = _sequence.Of(trade);
        if (place == TradePlace.Known)
        {
            return;
        }

        if (place == TradePlace.Jump)
        {
            LiveFeedLog.Jump(log, trade.Symbol, trade.Id!.Value);
            sink.Torn();
        }

        _sequence.Tell(trade);
        sink.Trades([trade]);
    }

    /// <summary>The first that a connection brings, if it is no follower, which goes on with what is known.</summary>
    private void Greet(Connection from)
    {
        if (!from.IsGreeted)
        {
            from.IsGreeted = true;
            LiveFeedLog.Connected(log, from.Socket.Host);
            _ = history.LoadAsync(symbols, sink, from.Ending).ContinueWith(t => _ = t.Exception, TaskScheduler.Default);
        }
    }

    private sealed class Connection
    {
        private readonly CancellationTokenSource _end;
        private int _closed;

        public Connection(string path, LiveSocket socket, CancellationToken cancellationToken)
        {
            (Path, Socket) = (path, socket);
            _end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Ending = _end.Token;
        }

        public string Path { get; }

        public LiveSocket Socket { get; }

        public CancellationToken Ending { get; }

        /// <summary>Why it was lost; null when it was ended. Faulted by what is no loss: a fault of this program.</summary>
        public Task<string?> Ended { get; private set; } = null!;

        public bool IsGreeted { get; set; }

        public void Start(Action<object> take) => Ended = Task.Run(() => ReadAsync(take));

        public void End() => _end.Cancel();

        /// <summary>Ends it and waits until nothing comes of it any more. Why it was lost before, null if it was not.</summary>
        public async Task<string?> CloseAsync()
        {
            if (Interlocked.Exchange(ref _closed, 1) == 0)
            {
                await _end.CancelAsync();
            }

            var why = await Ended;
            _end.Dispose();
            return why;
        }

        private async Task<string?> ReadAsync(Action<object> take)
        {
            try
            {
                await Socket.ReadAsync(take, Ending);
                return null;
            }
            catch (OperationCanceledException) when (Ending.IsCancellationRequested)
            {
                return null;
            }
            catch (Exception e) when (LiveSocket.IsLoss(e))
            {
                return e.Message;
            }
        }
    }
}
