using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TradingSystem.Tests.Venues.Streams;

/// <summary>A loopback exchange that knows only what a private stream needs; the test plays its part message by message.</summary>
internal sealed class StreamServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<Connection> _connections = Channel.CreateUnbounded<Connection>();
    private readonly ConcurrentBag<Connection> _all = [];

    private StreamServer(WebApplication app) => _app = app;

    public Uri Rest => new(_app.Urls.First());

    public Uri Stream(string path) => new(_app.Urls.First().Replace("http://", "ws://", StringComparison.Ordinal) + path);

    public static async Task<StreamServer> StartAsync(Func<HttpRequest, string> rest)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        var app = builder.Build();
        var server = new StreamServer(app);
        app.UseWebSockets();
        app.Run(async context =>
        {
            if (!context.WebSockets.IsWebSocketRequest)
            {
                context.Response.ContentType = "application/json";
                await context.Response.WriteAsync(rest(context.Request));
                return;
            }

            using var connection = new Connection(await context.WebSockets.AcceptWebSocketAsync(), context.Request.Path + context.Request.QueryString);
            server._all.Add(connection);
            await server._connections.Writer.WriteAsync(connection);
            await connection.Ended;
        });
        await app.StartAsync();
        return server;
    }

    /// <summary>The next connection that comes in.</summary>
    public async Task<Connection> NextAsync(CancellationToken cancellationToken) => await _connections.Reader.ReadAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _all)
        {
            connection.Break();
        }

        await _app.StopAsync(new CancellationTokenSource(TimeSpan.FromSeconds(1)).Token);
        await _app.DisposeAsync();
    }

    internal sealed class Connection(WebSocket socket, string address) : IDisposable
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Address => address;

        public Task Ended => _ended.Task;

        public async Task<string> ReadAsync(CancellationToken cancellationToken)
        {
            var buffer = new byte[16 * 1024];
            var part = await socket.ReceiveAsync(buffer, cancellationToken);
            return Encoding.UTF8.GetString(buffer, 0, part.Count);
        }

        public Task SendAsync(string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, default);

        /// <summary>Cuts the connection without a word.</summary>
        public void Break()
        {
            socket.Abort();
            _ended.TrySetResult();
        }

        public void Dispose() => socket.Dispose();
    }
}
