using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TradingSystem.Hosting.Outbound;
using TradingSystem.Tests.Hosting.Outbound;
using TradingSystem.Trigger.Feeds;

namespace TradingSystem.Tests.Trigger.Feeds;

/// <summary>
/// The exchange's public streams on this machine: what a test tells goes to every connection that stands, in its order. A connection gets what is told
/// after it was made, as at the exchange.
/// </summary>
internal sealed class PlayedStream : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Lock _lock = new();
    private readonly List<Connection> _trades = [];
    private readonly List<Connection> _quotes = [];
    private readonly OutboundClient _http;
    private int _opened;

    private PlayedStream(WebApplication app, TimeProvider time) => (_app, _http) = (app, new OutboundClient(Loopback.Gate, time));

    /// <summary>How many connections of the trades were made in all.</summary>
    public int Opened => Volatile.Read(ref _opened);

    public int Standing
    {
        get
        {
            lock (_lock)
            {
                return _trades.Count;
            }
        }
    }

    /// <summary>Connections of the quotes that stand.</summary>
    public int Quoted
    {
        get
        {
            lock (_lock)
            {
                return _quotes.Count;
            }
        }
    }

    /// <summary>While it does, nobody can connect to the trades.</summary>
    public bool Refuses { get; set; }

    /// <summary>While it is, the connections of the trades stand and bring nothing.</summary>
    public bool IsMute { get; set; }

    /// <param name="klines">The answer to a question for candles.</param>
    public static Task<PlayedStream> StartAsync(TimeProvider time, Func<HttpRequest, string>? klines = null) =>
        StartAsync(time, request => Task.FromResult(klines?.Invoke(request) ?? "[]"));

    /// <param name="klines">The answer to a question for candles, which may be long in coming.</param>
    public static async Task<PlayedStream> StartAsync(TimeProvider time, Func<HttpRequest, Task<string>> klines)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.UseWebSockets();
        var played = new PlayedStream(app, time);
        app.Map(
            "/market/stream",
            (HttpContext context) => played.ServeAsync(context, played._trades, () => played.Refuses, () => Interlocked.Increment(ref played._opened)));
        app.Map("/public/stream", (HttpContext context) => played.ServeAsync(context, played._quotes, () => false, () => 0));
        app.MapGet("/fapi/v1/klines", async (HttpContext context) =>
        {
            context.Response.Headers.Date = time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
            return Results.Text(await klines(context.Request), "application/json");
        });
        await app.StartAsync();
        return played;
    }

    public LiveFeed Feed(LiveOptions options, TimeProvider time, params IReadOnlyList<string> symbols)
    {
        var address = new Uri(_app.Urls.Single());
        (options.Rest, options.WebSocket) = (address, new UriBuilder(address) { Scheme = "ws" }.Uri);
        var history = new LiveHistory(_http, options, time, NullLogger<LiveHistory>.Instance);
        return new LiveFeed(symbols, options, history, _http, time, NullLogger<LiveFeed>.Instance);
    }

    /// <summary>To the connections of the trades, or to those of them that <paramref name="which"/> counts from the oldest that stands.</summary>
    public Task TellAsync(IReadOnlyList<string> messages, int? which = null)
    {
        Connection[] to;
        lock (_lock)
        {
            to = IsMute ? [] : [.. _trades.Where((_, i) => which is null || i == which)];
        }

        return Task.WhenAll(to.Select(c => c.SendAsync(messages)));
    }

    public Task QuoteAsync(string message)
    {
        Connection[] to;
        lock (_lock)
        {
            to = [.. _quotes];
        }

        return Task.WhenAll(to.Select(c => c.SendAsync([message])));
    }

    /// <summary>Ends the connections of the trades as a router does, without a word.</summary>
    public void Cut()
    {
        lock (_lock)
        {
            _trades.ForEach(c => c.Abort());
        }
    }

    /// <summary>Ends the oldest of them that stands.</summary>
    public void CutOldest()
    {
        lock (_lock)
        {
            _trades[0].Abort();
        }
    }

    public static string Trade(string symbol, long id, DateTimeOffset at, decimal price, decimal quantity, bool buyerMade = false)
    {
        var (time, maker) = (at.ToUnixTimeMilliseconds(), buyerMade ? "true" : "false");
        return string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"stream":"{{{symbol.ToLowerInvariant()}}}@aggTrade","data":{"e":"aggTrade","E":{{{time}}},"s":"{{{symbol}}}","a":{{{id}}}"""
            + $$$""","p":"{{{price}}}","q":"{{{quantity}}}","f":{{{id}}},"l":{{{id}}},"T":{{{time}}},"m":{{{maker}}}}}""");
    }

    public static string Mark(string symbol, DateTimeOffset at, decimal price, decimal rate = 0.0001m)
    {
        var (time, next) = (at.ToUnixTimeMilliseconds(), at.AddHours(4).ToUnixTimeMilliseconds());
        return string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"stream":"{{{symbol.ToLowerInvariant()}}}@markPrice@1s","data":{"e":"markPriceUpdate","E":{{{time}}}"""
            + $$$""","s":"{{{symbol}}}","p":"{{{price}}}","i":"{{{price}}}","P":"{{{price}}}","r":"{{{rate}}}","T":{{{next}}}}}""");
    }

    public async ValueTask DisposeAsync()
    {
        Cut();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task ServeAsync(HttpContext context, List<Connection> list, Func<bool> refuses, Func<int> opened)
    {
        if (refuses())
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var connection = new Connection(context, socket);
        lock (_lock)
        {
            list.Add(connection);
        }

        opened();
        try
        {
            // Nothing is asked on it: what it brings is its end.
            await socket.ReceiveAsync(new byte[1024], context.RequestAborted);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // The product or the test has ended it.
        }

        lock (_lock)
        {
            list.Remove(connection);
        }
    }

    private sealed class Connection(HttpContext context, WebSocket socket)
    {
        private readonly SemaphoreSlim _turn = new(1);

        public async Task SendAsync(IReadOnlyList<string> messages)
        {
            await _turn.WaitAsync();
            try
            {
                foreach (var message in messages)
                {
                    await socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, true, context.RequestAborted);
                }
            }
            catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or InvalidOperationException)
            {
                // It has ended.
            }
            finally
            {
                _turn.Release();
            }
        }

        public void Abort() => context.Abort();
    }
}
