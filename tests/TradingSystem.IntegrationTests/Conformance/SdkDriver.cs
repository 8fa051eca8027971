using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace TradingSystem.IntegrationTests.Conformance;

/// <summary>
/// One SDK as a process of its own. Commands go in as JSON lines (<c>do</c>: connect, decide, order, ping, throw, show, close), what the SDK
/// reports comes out as JSON lines (<c>on</c>: ack, event, order, config, gap, disconnected, error, stopped, result).
/// </summary>
internal sealed class SdkDriver : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<JsonObject> _lines = [];
    private readonly List<string> _noise = [];
    private readonly Task _reading;
    private readonly Task _listening;
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _commands;

    private SdkDriver(Process process)
    {
        _process = process;
        _reading = ReadAsync(process.StandardOutput, line => Add(JsonNode.Parse(line)!.AsObject()));
        _listening = ReadAsync(process.StandardError, line =>
        {
            lock (_lines)
            {
                _noise.Add(line);
            }
        });
    }

    /// <summary>Everything that it printed.</summary>
    public string Output
    {
        get
        {
            lock (_lines)
            {
                return string.Join('\n', _lines.Select(l => l.ToJsonString()).Concat(_noise));
            }
        }
    }

    public static SdkDriver Start(Sdk sdk)
    {
        var (file, arguments) = ClientFiles.Driver(sdk);
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        return new(Process.Start(start)!);
    }

    /// <summary>Sends a command; the answer is its <c>result</c> line.</summary>
    public async Task<JsonObject> AskAsync(string what, JsonObject? more = null)
    {
        var command = more ?? [];
        var id = Interlocked.Increment(ref _commands).ToString(CultureInfo.InvariantCulture);
        command["do"] = what;
        command["id"] = id;
        await _process.StandardInput.WriteLineAsync(command.ToJsonString());
        await _process.StandardInput.FlushAsync();
        return await SeeAsync("result", l => l["id"]?.GetValue<string>() == id);
    }

    /// <summary>Connects and waits for the first ack.</summary>
    public async Task<JsonObject> ConnectAsync(Uri socket, string token, int protocol, JsonObject? more = null)
    {
        var command = more ?? [];
        command["url"] = socket.ToString();
        command["token"] = token;
        command["protocol"] = protocol;
        var result = await AskAsync("connect", command);
        return result["error"] is null ? await SeeAsync("ack", _ => true) : throw new InvalidOperationException(result.ToJsonString());
    }

    public async Task<JsonObject> DecideAsync(string action, string decisionId, decimal marginUsd = 50, bool validateOnly = false)
    {
        var command = new JsonObject { ["action"] = action, ["decision_id"] = decisionId, ["margin_usd"] = marginUsd };
        if (validateOnly)
        {
            command["validate_only"] = true;
        }

        var result = await AskAsync("decide", command);
        return result["reply"]?.AsObject() ?? throw new InvalidOperationException(result.ToJsonString());
    }

    /// <summary>The first line of a kind that fits, whether it came already or is still to come.</summary>
    public async Task<JsonObject> SeeAsync(string on, Func<JsonObject, bool> fits)
    {
        using var deadline = new CancellationTokenSource(Wait.Most);
        while (true)
        {
            var news = Volatile.Read(ref _news);
            if (Seen(on).FirstOrDefault(fits) is { } line)
            {
                return line;
            }

            if (_reading.IsCompleted)
            {
                throw new InvalidOperationException($"the driver ended without '{on}':\n{Output}");
            }

            try
            {
                await Task.WhenAny(news.Task, _reading).WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"no '{on}' within {Wait.Most.TotalSeconds} s:\n{Output}");
            }
        }
    }

    public IReadOnlyList<JsonObject> Seen(string on)
    {
        lock (_lines)
        {
            return [.. _lines.Where(l => l["on"]!.GetValue<string>() == on)];
        }
    }

    /// <summary>Titles of the events whose title begins so, in the order they were handled.</summary>
    public IReadOnlyList<string> Titles(string prefix) =>
        [.. Seen("event").Select(e => e["title"]!.GetValue<string>()).Where(t => t.StartsWith(prefix, StringComparison.Ordinal))];

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_process.HasExited)
            {
                await _process.StandardInput.WriteLineAsync("""{"do":"close"}""");
                _process.StandardInput.Close();
                await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10));
            }
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
        }

        await Task.WhenAll(_reading, _listening);
        _process.Dispose();
    }

    private static async Task ReadAsync(StreamReader from, Action<string> add)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            add(line);
        }
    }

    private void Add(JsonObject line)
    {
        lock (_lines)
        {
            _lines.Add(line);
        }

        Interlocked.Exchange(ref _news, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }
}
