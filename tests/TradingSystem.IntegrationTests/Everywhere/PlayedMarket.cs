using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TradingSystem.IntegrationTests.Everywhere;

/// <summary>
/// The public market data of an exchange on this machine, with the prices that a test sets: the product's live feed reads it. A price is told
/// again every tenth of a second, as trades and mark prices are, until it is silenced.
/// </summary>
internal sealed class PlayedMarket : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    private readonly WebApplication _app;
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<string, (decimal Price, decimal Qty)> _trades = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, (decimal Price, decimal Qty)> _quotes = new(StringComparer.OrdinalIgnoreCase);
    private volatile bool _silent;

    private PlayedMarket(WebApplication app) => _app = app;

    /// <summary>The settings of a product that reads it.</summary>
    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["OUTBOUND__ALLOWPRIVATE"] = "127.0.0.1",
        ["TRIGGER__LIVE__WEBSOCKET"] = _app.Urls.First().Replace("http", "ws", StringComparison.Ordinal),
        ["TRIGGER__LIVE__REST"] = _app.Urls.First(),
        ["TRIGGER__LIVE__LONGESTBACKOFF"] = "00:00:00.500",
        ["SYMBOLS"] = "BTCUSDT,ETHUSDT",
    };

    public static async Task<PlayedMarket> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.UseWebSockets();
        var market = new PlayedMarket(app);
        app.Map(
            "/market/stream", (HttpContext context) => market.TellAsync(context, market._trades, ("aggTrade", TradeMessage), ("markPrice@1s", MarkMessage)));
        app.Map("/public/stream", (HttpContext context) => market.TellAsync(context, market._quotes, ("bookTicker", QuoteMessage)));
        app.MapGet("/fapi/v1/klines", () => Array.Empty<string>());
        await app.StartAsync();
        return market;
    }

    /// <param name="qty">Base units of each of its trades.</param>
    public void Trade(string symbol, decimal price, decimal qty) => _trades[symbol] = (price, qty);

    /// <summary>Bid and ask, which come on another connection than the trades and so at another time.</summary>
    public void Quote(string symbol, decimal price) => _quotes[symbol] = (price, 0m);

    /// <summary>While it is silent the connections stand and bring nothing.</summary>
    public bool Silent
    {
        get => _silent;
        set => _silent = value;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _end.Dispose();
    }

    private async Task TellAsync(
        HttpContext context,
        ConcurrentDictionary<string, (decimal Price, decimal Qty)> prices,
        params (string Name, Func<string, decimal, decimal, string> Message)[] streams)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _end.Token);
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var wanted = context.Request.Query["streams"].ToString().Split('/').ToHashSet(StringComparer.OrdinalIgnoreCase);
        try
        {
            while (true)
            {
                foreach (var (symbol, (price, qty)) in prices.Where(_ => !_silent))
                {
                    foreach (var (_, message) in streams.Where(s => wanted.Contains($"{symbol}@{s.Name}")))
                    {
                        await socket.SendAsync(Encoding.UTF8.GetBytes(message(symbol, price, qty)), WebSocketMessageType.Text, true, either.Token);
                    }
                }

                await Task.Delay(Pace, either.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            // The product or the test has gone.
        }
    }

    private static string TradeMessage(string symbol, decimal price, decimal qty) => string.Create(
        CultureInfo.InvariantCulture,
        $$$"""{"stream":"{{{symbol.ToLowerInvariant()}}}@aggTrade","data":{"e":"aggTrade","s":"{{{symbol}}}","p":"{{{price}}}","q":"{{{qty}}}","m":false,"T":{{{TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()}}}}}""");

    private static string MarkMessage(string symbol, decimal price, decimal qty) => string.Create(
        CultureInfo.InvariantCulture,
        $$$"""{"stream":"{{{symbol.ToLowerInvariant()}}}@markPrice@1s","data":{"e":"markPriceUpdate","s":"{{{symbol}}}","p":"{{{price}}}"}}""");

    private static string QuoteMessage(string symbol, decimal price, decimal qty) => string.Create(
        CultureInfo.InvariantCulture, $$$"""{"stream":"{{{symbol.ToLowerInvariant()}}}@bookTicker","data":{"e":"bookTicker","s":"{{{symbol}}}","b":"{{{price}}}","a":"{{{price}}}"}}""");
}
