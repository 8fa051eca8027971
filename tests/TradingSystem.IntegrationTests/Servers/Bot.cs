using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace TradingSystem.IntegrationTests.Servers;

/// <summary>A plain WebSocket client, as an outside author would write one.</summary>
public sealed class Bot : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[256 * 1024];

    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    public string? CloseReason => _socket.CloseStatusDescription;

    /// <summary>As far as a pending receive has shown.</summary>
    public bool IsOpen => _socket.State == WebSocketState.Open;

    public static async Task<Bot> ConnectAsync(Uri socket, string query)
    {
        var bot = new Bot();
        using var deadline = new CancellationTokenSource(Wait.Most);
        await bot._socket.ConnectAsync(new Uri($"{socket}?{query}"), deadline.Token);
        return bot;
    }

    public static Task<Bot> GroupAsync(TradingCluster cluster, string token) => ConnectAsync(cluster.Socket, $"trading_group_token={token}");

    public static Task<Bot> TriggerAsync(TradingCluster cluster, string token) => ConnectAsync(cluster.Socket, $"trigger_token={token}");

    public static JsonObject Decision(string action, decimal marginUsd = 50m, string? decisionId = null)
    {
        var frame = new JsonObject
        {
            ["type"] = "event",
            ["event_type"] = "post_trade",
            ["priority"] = 10,
            ["targets"] = new JsonArray("trade_execution"),
            ["title"] = $"{action} BTCUSDT",
            ["payload"] = new JsonObject
            {
                ["source_id"] = "test_bot",
                ["symbol"] = "BTCUSDT",
                ["signal"] = new JsonObject { ["action"] = action, ["qty"] = 0.0, ["margin_usd"] = marginUsd },
            }.ToJsonString(),
            ["condition"] = new JsonObject { ["domain"] = "trade_decision", ["trace"] = new JsonObject { ["correlation_id"] = "run_001" } },
        };
        if (decisionId is not null)
        {
            frame["decision_id"] = decisionId;
        }

        return frame;
    }

    public static JsonObject Immediate(string title, string payload = "{}", params string[] targets) => new()
    {
        ["type"] = "event",
        ["event_type"] = "immediate",
        ["targets"] = new JsonArray([.. (targets.Length == 0 ? ["*"] : targets).Select(t => (JsonNode)t)]),
        ["title"] = title,
        ["payload"] = payload,
    };

    public Task SendAsync(JsonNode frame) => SendAsync(frame.ToJsonString());

    public async Task SendAsync(string frame)
    {
        using var deadline = new CancellationTokenSource(Wait.Most);
        await _socket.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, true, deadline.Token);
    }

    /// <summary>The next frame, or null when the server closed.</summary>
    public async Task<JsonObject?> ReceiveAsync(TimeSpan? within = null)
    {
        using var deadline = new CancellationTokenSource(within ?? Wait.Most);
        var length = 0;
        while (true)
        {
            var part = await _socket.ReceiveAsync(_buffer.AsMemory(length), deadline.Token);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            length += part.Count;
            if (part.EndOfMessage)
            {
                return JsonNode.Parse(_buffer.AsSpan(0, length))!.AsObject();
            }
        }
    }

    /// <summary>The next frame of a type, past everything else.</summary>
    public async Task<JsonObject> OfTypeAsync(string type, TimeSpan? within = null)
    {
        while (await ReceiveAsync(within) is { } frame)
        {
            if (frame["type"]?.GetValue<string>() == type)
            {
                return frame;
            }
        }

        throw new InvalidOperationException($"closed {CloseStatus} {CloseReason}");
    }

    /// <summary>The next frame that answers something, past pushed events.</summary>
    public async Task<JsonObject> ReplyAsync(TimeSpan? within = null)
    {
        while (await ReceiveAsync(within) is { } frame)
        {
            if (frame.ContainsKey("ok"))
            {
                return frame;
            }
        }

        throw new InvalidOperationException($"closed {CloseStatus} {CloseReason}");
    }

    public async Task<JsonObject> AskAsync(JsonNode frame)
    {
        await SendAsync(frame);
        return await ReplyAsync();
    }

    public ValueTask DisposeAsync()
    {
        _socket.Abort();
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
