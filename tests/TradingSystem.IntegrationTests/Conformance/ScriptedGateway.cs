using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TradingSystem.IntegrationTests.Conformance;

/// <summary>A gateway that misbehaves as a test tells it to; the real one never does. One script per connection, in their order.</summary>
internal sealed class ScriptedGateway : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Func<Line, Task>[] _scripts;
    private readonly ConcurrentQueue<(string Query, TimeSpan At)> _connections = new();
    private readonly ConcurrentQueue<(string Address, string? Authorization)> _questions = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly CancellationTokenSource _ended = new();

    private ScriptedGateway(WebApplication app, Func<Line, Task>[] scripts) => (_app, _scripts) = (app, scripts);

    public Uri Socket => new(_app.Urls.Single().Replace("http", "ws", StringComparison.Ordinal) + "/ws/events");

    /// <summary>What each connection asked for, and when it came.</summary>
    public IReadOnlyList<(string Query, TimeSpan At)> Connections => [.. _connections];

    /// <summary>What REST was asked.</summary>
    public IReadOnlyList<(string Address, string? Authorization)> Questions => [.. _questions];

    /// <summary>What REST answers to everything.</summary>
    public Func<HttpContext, Task> Rest { get; set; } = context => context.Response.WriteAsJsonAsync(new JsonObject { ["items"] = new JsonArray() });

    public static async Task<ScriptedGateway> StartAsync(params Func<Line, Task>[] scripts)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var gateway = new ScriptedGateway(builder.Build(), scripts);
        gateway._app.UseWebSockets();
        gateway._app.Map("/ws/events", gateway.ServeAsync);
        gateway._app.Map("/prefix/ws/events", gateway.ServeAsync);
        gateway._app.Map("/{**rest}", gateway.AnswerAsync);
        await gateway._app.StartAsync();
        return gateway;
    }

    public async ValueTask DisposeAsync()
    {
        // A bot that is still there would be waited for.
        await _ended.CancelAsync();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _ended.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        await using var ending = _ended.Token.Register(context.Abort);
        _questions.Enqueue((context.Request.Path + Uri.UnescapeDataString(context.Request.QueryString.Value ?? ""), context.Request.Headers.Authorization));
        try
        {
            await Rest(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer any more.
        }
    }

    private async Task ServeAsync(HttpContext context)
    {
        await using var ending = _ended.Token.Register(context.Abort);
        var number = _connections.Count;
        _connections.Enqueue((Uri.UnescapeDataString(context.Request.QueryString.Value ?? ""), _watch.Elapsed));
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var line = new Line(socket, context.Request.Query["protocol"] == "3" ? "kind" : "type", context.RequestAborted);
        try
        {
            await _scripts[Math.Min(number, _scripts.Length - 1)](line);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // The bot left, which some scripts are about.
        }
    }

    /// <summary>One connection, from the gateway's side.</summary>
    internal sealed class Line(WebSocket socket, string dialect, CancellationToken cancellationToken)
    {
        public string Dialect => dialect;

        public Task AckAsync() =>
            SendAsync(
                new() { ["ok"] = true, ["message"] = "connected", [dialect] = "ack", ["client_id"] = "trading_group:1:1", ["targets"] = new JsonArray("g"), ["config"] = new JsonObject { ["symbol"] = "BTCUSDT" }, ["heartbeat_ms"] = 10_000, ["limits"] = new JsonObject() });

        public Task ResumedAsync(bool recovered, long? first, long last) =>
            SendAsync(new() { [dialect] = "resumed", ["recovered"] = recovered, ["first_seq"] = first, ["last_seq"] = last });

        public Task EventAsync(long seq, long prev) => SendAsync(dialect == "type"
            ? new() { ["type"] = "event", ["event_type"] = "immediate", ["id"] = $"{seq}", ["source_id"] = "s", ["title"] = $"at {seq}", ["payload"] = "", ["seq"] = seq, ["prev_seq"] = prev }
            : new() { ["kind"] = "event", ["category"] = "signal", ["id"] = $"{seq}", ["source"] = "s", ["payload"] = new JsonObject { ["signal_type"] = $"at {seq}" }, ["seq"] = seq, ["prev_seq"] = prev });

        /// <summary>A closed bar of the given minute.</summary>
        public Task CandleAsync(int minute, decimal close, string symbol = "BTCUSDT") => MarketAsync("candle", new()
        {
            ["symbol"] = symbol,
            ["interval"] = "1m",
            ["open_time"] = Minute(minute),
            ["open"] = 1.5m,
            ["high"] = 2.5m,
            ["low"] = 0.5m,
            ["close"] = close,
            ["volume"] = 0.00000394m,
            ["closed"] = true,
        });

        public Task PriceAsync(decimal price) =>
            MarketAsync("price", new() { ["symbol"] = "BTCUSDT", ["price"] = price, ["bid"] = price - 1, ["market_time"] = Minute(0), ["observed_at"] = Minute(0) });

        public Task CandlesEndAsync(bool complete = true) =>
            MarketAsync("candles_end", complete ? [] : new() { ["symbol"] = "BTCUSDT", ["interval"] = "1m", ["count"] = 0, ["complete"] = false });

        public static string Minute(int minute) => $"2025-01-31T{10 + (minute / 60)}:{minute % 60:00}:00+00:00";

        private Task MarketAsync(string what, JsonObject fields)
        {
            if (dialect == "kind")
            {
                return SendAsync(new() { ["kind"] = what, ["payload"] = fields });
            }

            fields["type"] = what;
            return SendAsync(fields);
        }

        public Task SendAsync(JsonObject frame) => SendTextAsync(frame.ToJsonString());

        public Task SendTextAsync(string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, cancellationToken);

        /// <summary>The next frame of the bot that is no ping.</summary>
        public async Task<JsonObject> ReceiveAsync()
        {
            var buffer = new byte[64 * 1024];
            while (true)
            {
                var part = await socket.ReceiveAsync(buffer, cancellationToken);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", cancellationToken);
                    throw new OperationCanceledException();
                }

                var frame = JsonNode.Parse(buffer.AsSpan(0, part.Count))!.AsObject();
                if (frame[dialect]?.GetValue<string>() != "ping")
                {
                    return frame;
                }

                await SendAsync(new() { [dialect] = "pong", ["request_id"] = frame["request_id"]!.DeepClone() });
            }
        }

        /// <summary>Until the bot leaves.</summary>
        public async Task StayAsync()
        {
            while (true)
            {
                await ReceiveAsync();
            }
        }

        public Task CloseAsync(int code, string reason) => socket.CloseAsync((WebSocketCloseStatus)code, reason, cancellationToken);
    }
}
