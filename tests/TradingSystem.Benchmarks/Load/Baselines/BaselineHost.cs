using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TradingSystem.Benchmarks.Load.Baselines;

/// <summary>The process of a baseline: a simple Kestrel front on <c>/ws/events</c>, started by the benchmark with a hidden argument.</summary>
internal static class BaselineHost
{
    public const string Argument = "--load-baseline";

    /// <summary>Arguments: port, then for R the broker's and the database's address.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        IBackend backend = args.Length == 1 ? new MemoryBackend(TimeProvider.System) : new RabbitBackend(args[1], args[2], TimeProvider.System);
        await using (backend)
        {
            var sessions = new Sessions();
            await backend.StartAsync(sessions);
            var builder = WebApplication.CreateSlimBuilder(["--urls", $"http://127.0.0.1:{args[0]}"]);
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
            await using var app = builder.Build();
            app.UseWebSockets();
            app.MapGet("/readyz", () => "ready");
            app.Map("/ws/events", async (HttpContext context) => await ServeAsync(context, backend, sessions));
            await app.RunAsync();
        }

        return 0;
    }

    /// <summary>A group's token is its name and a number, <c>group-17.3</c>: nothing is looked up.</summary>
    private static async Task ServeAsync(HttpContext context, IBackend backend, Sessions sessions)
    {
        var token = context.Request.Query["trading_group_token"].ToString();
        var isGroup = token.Length > 0;
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var client = new Client(isGroup ? token.Split('.')[0] : context.Request.Query["trigger_token"].ToString(), isGroup, socket, backend);
        if (isGroup)
        {
            sessions.Add(client);
        }

        await client.RunAsync();
        if (isGroup)
        {
            sessions.Remove(client);
        }
    }
}
