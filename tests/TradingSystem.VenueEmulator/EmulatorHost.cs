using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using TradingSystem.VenueEmulator.Binance;
using TradingSystem.VenueEmulator.Bybit;
using TradingSystem.VenueEmulator.Control;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Faults;
using TradingSystem.VenueEmulator.Http;
using TradingSystem.VenueEmulator.Okx;
using TradingSystem.VenueEmulator.Streams;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator;

/// <summary>The process: three ports, three dialects, one exchange behind them.</summary>
public sealed class EmulatorHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Journal _journal;
    private readonly Exchange _exchange;
    private readonly VenueClocks _clocks;
    private readonly StreamHub _hub;
    private readonly ControlApi _control;
    private readonly BinanceApi _binance;
    private readonly Dictionary<VenueKind, VenueApi> _apis;
    private readonly Dictionary<int, VenueKind> _venues;

    private EmulatorHost(EmulatorOptions options, TimeProvider time)
    {
        _clocks = new VenueClocks(time);
        var faults = new FaultTable(time);
        _hub = new StreamHub(faults);
        _journal = new Journal(options.JournalPath);
        _exchange = new Exchange(
            _journal, _clocks, faults, _hub, [new BinanceStreamDialect(), new BybitStreamDialect(() => _exchange!), new OkxStreamDialect(() => _exchange!)]);
        _binance = new BinanceApi(_exchange, _clocks);
        _apis = new VenueApi[] { _binance, new BybitApi(_exchange, _clocks), new OkxApi(_exchange, _clocks) }.ToDictionary(a => a.Venue);
        _control = new ControlApi(_exchange, _clocks, _journal, _hub, _binance);
        _venues = options.Ports.ToDictionary(p => p.Value, p => p.Key);

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(k =>
        {
            foreach (var port in _venues.Keys)
            {
                k.Listen(System.Net.IPAddress.Loopback, port);
            }
        });
        _app = builder.Build();
        // Silence must be silent: no pings of our own.
        _app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.Zero });
        _app.Run(HandleAsync);
    }

    public static EmulatorHost Create(EmulatorOptions options, TimeProvider time) => new(options, time);

    public Task RunAsync() => _app.RunAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _exchange.Dispose();
        await _journal.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var venue = _venues[context.Connection.LocalPort];
        if (context.Request.Path.StartsWithSegments("/_emulator", out var rest))
        {
            await _control.HandleAsync(context, rest.Value ?? "");
        }
        else if (context.WebSockets.IsWebSocketRequest)
        {
            await StreamAsync(context, venue);
        }
        else
        {
            await _apis[venue].HandleAsync(context);
        }
    }

    private async Task StreamAsync(HttpContext context, VenueKind venue)
    {
        var path = context.Request.Path.Value ?? "";
        var known = venue switch
        {
            VenueKind.Bybit => path == "/v5/private",
            VenueKind.Okx => path is "/ws/v5/private" or "/ws/v5/business",
            _ => path.StartsWith("/ws", StringComparison.Ordinal) || path.StartsWith("/private/ws", StringComparison.Ordinal) || path is "/stream" or "/private/stream",
        };
        if (!known)
        {
            context.Response.StatusCode = 404;
            return;
        }

        Func<Task<WebSocket>> accept = context.WebSockets.AcceptWebSocketAsync;
        StreamConnection connection = venue switch
        {
            VenueKind.Bybit => new BybitConnection(_hub, accept, _exchange, _clocks.Time),
            // Demo keys have hosts of their own; here both are one, so the key decides.
            VenueKind.Okx => new OkxConnection(_hub, accept, _exchange, _clocks.Time, path.EndsWith("business", StringComparison.Ordinal)),
            _ => OfBinance(context, accept, path),
        };
        await connection.RunAsync();
    }

    /// <summary>The listen key is in the query or the last part of the path; an unknown one connects and hears nothing.</summary>
    private BinanceConnection OfBinance(HttpContext context, Func<Task<WebSocket>> accept, string path)
    {
        var streams = context.Request.Query["streams"].ToString();
        var key = streams.Length > 0 ? streams : context.Request.Query["listenKey"].ToString() is { Length: > 0 } named ? named : path[(path.LastIndexOf('/') + 1)..];
        return new BinanceConnection(_hub, accept, _clocks.Time, _binance.ListenKeys.Listener(key), streams.Length > 0 ? streams : null);
    }
}
