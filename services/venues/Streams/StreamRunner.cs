using System.Net.WebSockets;
using System.Threading.Channels;

namespace TradingSystem.Venues.Streams;

/// <summary>Keeps one private stream connected and says when something may have been missed.</summary>
/// <param name="start">Counts the streams of the account down to <see cref="StreamOpened"/>.</param>
public sealed class StreamRunner(
    IStreamDialect dialect, HttpMessageInvoker http, VenueOptions options, TimeProvider time, ILogger log, ChannelWriter<VenueEvent> events,
    StreamStart start)
{
    private static readonly TimeSpan ConnectDeadline = TimeSpan.FromSeconds(10);

    private long _heardTicks = time.GetUtcNow().UtcTicks;
    private DateTimeOffset _lost;
    private bool _isReady;
    private bool _wasReady;
    private string _reason = "";

    private DateTimeOffset LastHeard => new(Volatile.Read(ref _heardTicks), TimeSpan.Zero);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var failures = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            var began = time.GetTimestamp();
            var reason = await ConnectionAsync(cancellationToken);
            if (_isReady)
            {
                // Attempts that fail in between do not move the time since which events are missing.
                (_isReady, _reason, _lost) = (false, reason, LastHeard);
            }

            StreamLog.Ended(log, reason);

            // A connection that has lasted is no failure in a row.
            failures = time.GetElapsedTime(began) > options.ReconnectMost ? 0 : Math.Min(failures + 1, 16);
            var pause = options.ReconnectLeast * Math.Pow(2, Math.Max(failures - 1, 0));
            pause = pause > options.ReconnectMost ? options.ReconnectMost : pause;
            await Task.Delay(pause * (0.5 + (Random.Shared.NextDouble() / 2)), time, cancellationToken);
        }
    }

    /// <summary>One connection from its opening to its end; answers why it ended.</summary>
    private async Task<string> ConnectionAsync(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var socket = new StreamSocket(options.StreamPing);
        string? why = null;
        var began = time.GetTimestamp();
        var isConnected = false;
        Task watching = Task.CompletedTask;
        try
        {
            using (var deadline = new CancellationTokenSource(ConnectDeadline, time))
            using (var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken))
            {
                var target = await dialect.OpenAsync(both.Token);
                if (!target.IsAccepted)
                {
                    return target.ToString();
                }

                await socket.ConnectAsync(target.Value.Address, http, both.Token);
                isConnected = true;
                Heard();
                if (target.Value.Hello is { } hello)
                {
                    await socket.SendAsync(hello, both.Token);
                }

                if (target.Value.ReadyAtOnce)
                {
                    await ReadyAsync(cancellationToken);
                }
            }

            watching = WatchAsync();
            return await ReceiveAsync(socket, ending.Token);
        }
        catch (Exception e) when (e is WebSocketException or HttpRequestException or IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // A ping of the protocol without an answer ends the receiving as a cancellation, too.
            return why ?? (e is not OperationCanceledException ? e.Message : isConnected ? "silence" : "no connection in time");
        }
        finally
        {
            await ending.CancelAsync();
            await watching;
        }

        // Pings, watches for silence, and lets the dialect look after its session.
        async Task WatchAsync()
        {
            try
            {
                using var timer = new PeriodicTimer(options.StreamPing, time);
                var patience = dialect.Ping is null ? options.StreamSilence : options.StreamPing * 2;
                while (await timer.WaitForNextTickAsync(ending.Token))
                {
                    why = time.GetUtcNow() - LastHeard > patience ? "silence"
                        : !_isReady && time.GetElapsedTime(began) > ConnectDeadline ? "not subscribed in time"
                        : await dialect.TickAsync(ending.Token);
                    if (why is not null)
                    {
                        await ending.CancelAsync();
                        return;
                    }

                    if (dialect.Ping is { } ping)
                    {
                        await socket.SendAsync(ping, ending.Token);
                    }
                }
            }
            catch (Exception e) when (e is OperationCanceledException or WebSocketException or ObjectDisposedException or InvalidOperationException)
            {
                // The connection has ended; receiving says so.
            }
        }
    }

    private async Task<string> ReceiveAsync(StreamSocket socket, CancellationToken cancellationToken)
    {
        while (await socket.ReceiveAsync(cancellationToken) is { } message)
        {
            Heard();
            StreamReading reading;
            try
            {
                reading = dialect.Read(message);
            }
            catch (Exception e) when (e is FormatException or System.Text.Json.JsonException or InvalidOperationException)
            {
                StreamLog.Unreadable(log, e.Message);
                await events.WriteAsync(new StreamGap("unreadable message", LastHeard, LastHeard), cancellationToken);
                continue;
            }

            foreach (var item in reading.Events)
            {
                await events.WriteAsync(item, cancellationToken);
            }

            if (reading.Send is { } text)
            {
                await socket.SendAsync(text, cancellationToken);
            }

            if (reading.IsReady)
            {
                await ReadyAsync(cancellationToken);
            }

            if (reading.Broken is { } broken)
            {
                return broken;
            }
        }

        return "closed by the exchange";
    }

    private async Task ReadyAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        _isReady = true;
        if (_wasReady)
        {
            await events.WriteAsync(new StreamGap(_reason, _lost, now), cancellationToken);
        }
        else
        {
            _wasReady = true;
            if (start.IsComplete())
            {
                await events.WriteAsync(new StreamOpened(now), cancellationToken);
            }
        }
    }

    private void Heard() => Volatile.Write(ref _heardTicks, time.GetUtcNow().UtcTicks);
}
