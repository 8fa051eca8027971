using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using TradingSystem.Client;

namespace TradingSystem.Cli;

/// <summary>Examines a connection step by step. A step that fails ends the examination only if nothing after it can be looked at.</summary>
internal sealed class Doctor(TradingClientOptions target, Report report, TimeSpan watch)
{
    private const int Pings = 10;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SlowRoundTrip = TimeSpan.FromMilliseconds(250);

    // The Date header has whole seconds.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(2);

    private readonly List<Frame> _frames = [];
    private readonly Lock _lock = new();

    public async Task ExamineAsync(CancellationToken cancellationToken)
    {
        if (!await ResolveAsync(cancellationToken) || !await ReadyAsync(cancellationToken))
        {
            return;
        }

        long? seen;
        try
        {
            await using var bot = await TradingClient.ConnectAsync(Options(null), cancellationToken);
            Token(bot.Ack!);
            await RoundTripAsync(bot, cancellationToken);
            await DecisionAsync(bot, cancellationToken);
            seen = await WatchAsync(bot, cancellationToken);
            Limits(bot.Ack!);
        }
        catch (StoppedException stopped)
        {
            report.Error("token", $"refused: {stopped.Message}", Advice.ForClose(stopped.Reason));
            return;
        }
        catch (NoReplyException silence)
        {
            report.Error("connection", silence.Message, "the port answers HTTP but no WebSocket: is the path /ws/events, and does a proxy in between pass upgrades on?");
            return;
        }

        await ResumeAsync(seen, cancellationToken);
    }

    private async Task<bool> ResolveAsync(CancellationToken cancellationToken)
    {
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(target.Url.Host, cancellationToken).WaitAsync(Deadline, cancellationToken);
            report.Ok("address", $"{target.Url.Host} is {string.Join(", ", addresses.Select(a => a.ToString()))}");
            return true;
        }
        catch (Exception e) when (e is SocketException or TimeoutException)
        {
            report.Error("address", $"{target.Url.Host} does not resolve: {e.Message}", "correct --url or WS_URL, or your DNS");
            return false;
        }
    }

    private async Task<bool> ReadyAsync(CancellationToken cancellationToken)
    {
        var ready = new UriBuilder(target.Url) { Scheme = target.Url.Scheme == "wss" ? "https" : "http", Path = "/readyz" }.Uri;
        using var http = new HttpClient { Timeout = Deadline };
        try
        {
            var begin = target.Time.GetTimestamp();
            using var answer = await http.GetAsync(ready, cancellationToken);
            var took = target.Time.GetElapsedTime(begin);
            if (answer.IsSuccessStatusCode)
            {
                report.Ok("gateway", $"{ready} answers {(int)answer.StatusCode} in {took.TotalMilliseconds:0} ms");
            }
            else
            {
                report.Warn(
                    "gateway", $"{ready} answers {(int)answer.StatusCode}: {Short(await answer.Content.ReadAsStringAsync(cancellationToken))}",
                    "it runs but is not ready: its bus or database may be away");
            }

            Clock(answer.Headers.Date, took);
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            report.Error(
                "gateway", $"nothing answers at {target.Url.Host}:{target.Url.Port}: {e.Message}",
                "start it (`make run`), or correct --url; a firewall in between looks the same");
            return false;
        }
    }

    private void Clock(DateTimeOffset? theirs, TimeSpan took)
    {
        if (theirs is not { } date)
        {
            report.Warn("clock", "the gateway does not tell its time", "a proxy in between may remove the Date header; compare the clocks by hand");
            return;
        }

        // The header is cut to the second: half of one is the best guess.
        var offset = target.Time.GetUtcNow() - (took / 2) - date.AddMilliseconds(500);
        var text = $"this machine is {Math.Abs(offset.TotalSeconds):0.0} s {(offset > TimeSpan.Zero ? "ahead of" : "behind")} the gateway";
        if (offset.Duration() <= ClockTolerance)
        {
            report.Ok("clock", $"{text} (± 0.5 s)");
        }
        else
        {
            report.Warn("clock", text, "synchronise it (timedatectl set-ntp true): valid_until is read by the gateway's clock");
        }
    }

    private void Token(Ack ack)
    {
        var role = ack.ClientId.Split(':')[0];
        var who = role == "trading_group"
            ? $"group {Config(ack, "group_name")}, {Config(ack, "symbol")} {Config(ack, "interval")}, leverage {Config(ack, "leverage")}"
            : $"trigger {Config(ack, "trigger_name")}, {ack.Targets.Count} groups";
        report.Ok("token", $"accepted: {who}; protocol {ack.Protocol}, session {ack.SessionId}");
    }

    private async Task RoundTripAsync(TradingClient bot, CancellationToken cancellationToken)
    {
        var times = new List<TimeSpan>();
        for (var i = 0; i < Pings; i++)
        {
            times.Add(await bot.PingAsync(Deadline, cancellationToken));
        }

        times.Sort();
        var median = (times[(Pings / 2) - 1] + times[Pings / 2]) / 2;
        var text = $"median {median.TotalMilliseconds:0.00} ms of {Pings} pings ({times[0].TotalMilliseconds:0.00} to {times[^1].TotalMilliseconds:0.00})";
        if (median < SlowRoundTrip)
        {
            report.Ok("round trip", text);
        }
        else
        {
            report.Warn("round trip", text, "run the bot nearer to the gateway; prices move meanwhile");
        }
    }

    private async Task DecisionAsync(TradingClient bot, CancellationToken cancellationToken)
    {
        if (bot.Ack!.Symbol is null)
        {
            report.Ok("decision", "not looked at: a trigger sends no decisions");
            return;
        }

        var reply = await bot.DecideAsync(new(Actions.Long) { MarginUsd = 50, ValidateOnly = true }, Deadline, cancellationToken);
        if (reply.Ok)
        {
            Tell(reply, $"LONG {bot.Ack.Symbol} for 50 USD");
            return;
        }

        report.Error("decision", string.Join("; ", Outcome.Faults(reply)), Advice.ForReply(reply.Code, reply.Message));
    }

    private void Tell(Reply reply, string what)
    {
        switch (reply.Would)
        {
            case { Action: "order" } order:
                report.Ok("decision", $"{what} would be an order of {Outcome.Text(order.Qty ?? 0)} (validate_only, nothing was traded)");
                break;
            case { Reason: { } reason }:
                report.Warn(
                    "decision", $"{what} would be refused: {Outcome.Text(reason)}{(Outcome.Figures(reason) is { } figures ? $" ({figures})" : "")}",
                    Advice.ForReason(reason.Code) ?? "docs/rest.md says what each code means");
                break;
            default:
                report.Warn(
                    "decision",
                    $"{what} is well written, but whether it would be traded is not known{(string.IsNullOrEmpty(reply.Note) ? "" : $": {reply.Note}")}",
                    "is execution running?");
                break;
        }
    }

    /// <summary>Looks at the frames that come by themselves; returns the last seq that is known.</summary>
    private async Task<long?> WatchAsync(TradingClient bot, CancellationToken cancellationToken)
    {
        await Task.WhenAny(bot.Stopped, Task.Delay(watch, target.Time, cancellationToken));
        Pushed[] pushed;
        lock (_lock)
        {
            pushed = [.. _frames.OfType<Pushed>().Where(p => p.Seq is not null)];
        }

        var wrong = pushed.Zip(pushed.Skip(1)).FirstOrDefault(pair => pair.Second.Seq <= pair.First.Seq || pair.Second.PrevSeq > pair.First.Seq);
        if (wrong.First is not null)
        {
            report.Error(
                "order",
                $"after seq {wrong.First.Seq} came {wrong.Second.Seq}{(wrong.Second.PrevSeq is { } before ? $" with prev_seq {before}" : "")}",
                "frames are missing or out of order, which the gateway must never do: keep this line and report it");
        }
        else
        {
            report.Ok(
                "order",
                pushed.Length == 0 ? $"the ack came first; nothing was pushed within {watch.TotalSeconds:0.#} s" : $"the ack came first; {pushed.Length} frames in order without a hole, seq {pushed[0].Seq} to {pushed[^1].Seq}");
        }

        return pushed.LastOrDefault()?.Seq ?? bot.Ack!.LastSeq;
    }

    /// <summary>Comes back as after a broken connection.</summary>
    private async Task ResumeAsync(long? from, CancellationToken cancellationToken)
    {
        try
        {
            // Where nothing was pushed yet, the answer to "all" tells where the log stands.
            var at = from ?? (await ResumedAsync(0, cancellationToken)).LastSeq ?? 0;
            var resumed = await ResumedAsync(at, cancellationToken);
            if (resumed.Recovered)
            {
                report.Ok("resume", $"left and came back at seq {at}: recovered, nothing lost");
            }
            else
            {
                report.Error(
                    "resume",
                    $"came back at seq {at}, but the gateway holds {(resumed.FirstSeq is { } first ? $"only what came from seq {first} on" : "nothing any more")}",
                    "reconnect sooner, or ask the operator for a longer history (limits.history_frames)");
            }
        }
        catch (StoppedException stopped)
        {
            report.Error("resume", $"refused on coming back: {stopped.Message}", Advice.ForClose(stopped.Reason));
        }
        catch (Exception e) when (e is NoReplyException or TimeoutException)
        {
            report.Error("resume", "the gateway never said how it took up resume_from", "it may be older than the feature resume: update it");
        }
    }

    private async Task<Resumed> ResumedAsync(long from, CancellationToken cancellationToken)
    {
        var told = new TaskCompletionSource<Resumed>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var bot = await TradingClient.ConnectAsync(Options(from, f => _ = f is Resumed r && told.TrySetResult(r)), cancellationToken);
        return await told.Task.WaitAsync(Deadline, target.Time, cancellationToken);
    }

    private void Limits(Ack ack)
    {
        if (ack.Limits is not { Count: > 0 } limits)
        {
            report.Warn("limits", "the gateway announces none", "it is older than this tool: update it");
            return;
        }

        string Value(string name) => limits.TryGetValue(name, out var value) ? value.ToString(CultureInfo.InvariantCulture) : "?";
        report.Ok(
            "limits",
            $"{Value("frames_per_second")} frames/s (burst {Value("frame_burst")}), {Value("max_frame_bytes")} bytes a frame, {Value("max_unanswered")} unanswered, history {Value("history_frames")} frames or {Value("history_hours")} h");
    }

    private TradingClientOptions Options(long? from, Action<Frame>? look = null) => new()
    {
        Url = target.Url,
        Token = target.Token,
        Protocol = target.Protocol,
        ResumeFrom = from,
        Deadline = Deadline,
        OnFrame = look ?? Keep,
        OnGap = _ => Task.CompletedTask,
    };

    private void Keep(Frame frame)
    {
        lock (_lock)
        {
            _frames.Add(frame);
        }
    }

    private static string Config(Ack ack, string name) =>
        ack.Config.ValueKind == JsonValueKind.Object && ack.Config.TryGetProperty(name, out var value) ? value.ToString() : "?";

    private static string Short(string text) => text.Length > 200 ? text[..(char.IsHighSurrogate(text[199]) ? 199 : 200)] : text;
}
