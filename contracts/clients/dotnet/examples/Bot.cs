using System.Text.Json;

namespace TradingSystem.Client.Examples;

/// <summary>The client of an example bot, and the end of it: what a handler cannot go on after ends <see cref="StayAsync"/>.</summary>
internal sealed class Bot : IAsyncDisposable
{
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Bot(int? candles = null, TimeSpan? market = null)
    {
        var (url, own) = (Variable("WS_URL"), Variable("TRADING_GROUP_TOKEN"));
        var demo = url is not null && own is not null ? null : Kit.Demo();
        var token = own ?? Token(demo)
            ?? throw new ProblemException("there is no token: set TRADING_GROUP_TOKEN and WS_URL, or start `make run`, which writes .data/demo.json (DEMO_FILE names another one)");
        // Where the services are apart, REST is at another address than the socket: demo.json has both, and API_URL is for who sets WS_URL.
        var rest = Variable("API_URL") ?? (url is null ? Text(demo, "url") : null);
        Client = new(new()
        {
            Url = url ?? Text(demo, "ws_url") ?? throw new ProblemException("there is no address: set WS_URL, such as 127.0.0.1:8000"),
            RestUrl = rest is null ? null : GatewayAddress.Parse(rest),
            Token = token,
            Protocol = Variable("PROTOCOL") == "3" ? 3 : 2,
            Deadline = TimeSpan.FromSeconds((double)Kit.Setting("DEADLINE_S", 10)),
            Candles = candles,
            Market = market,
            OnDisconnect = d =>
            {
                Kit.Say($"disconnected ({d.Code} {d.Reason}), again in {d.RetryIn.TotalSeconds:0.0} s");
                return Task.CompletedTask;
            },
            OnError = (error, frame) =>
            {
                if (error is NoReplyException or RestException { Status: 429 or >= 500 } or InvalidDataException)
                {
                    // May be over at the next try, or is only told.
                    Kit.Say($"not now: {error.Message}");
                }
                else
                {
                    _failed.TrySetException(error);
                }
            },
        });
    }

    public TradingClient Client { get; }

    /// <summary>Until trying again cannot help, or a handler failed for good.</summary>
    public async Task StayAsync()
    {
        await await Task.WhenAny(_failed.Task, Client.Stopped);
        throw await Client.Stopped;
    }

    public ValueTask DisposeAsync() => Client.DisposeAsync();

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? text : null;

    private static string? Text(JsonElement? demo, string name) => demo is { } d && d.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static string? Token(JsonElement? demo) =>
        demo is { } d && d.TryGetProperty("groups", out var groups) && groups.GetArrayLength() > 0 ? groups[0].GetProperty("token").GetString() : null;
}
