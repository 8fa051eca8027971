using System.Collections.Concurrent;
using System.Net;
using System.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TradingSystem.IntegrationTests.Trigger.News;

/// <summary>A server of feeds on loopback: one at each path, whose stories a test changes.</summary>
internal sealed class FeedServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, Func<HttpContext, Task>> _answers = new();
    private readonly ConcurrentQueue<(string Path, int Status)> _asked = new();

    private FeedServer(WebApplication app) => _app = app;

    /// <summary>What was answered, oldest first.</summary>
    public IReadOnlyList<(string Path, int Status)> Asked => [.. _asked];

    public string Address(string path) => _app.Urls.Single() + path;

    public static async Task<FeedServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var server = new FeedServer(app);
        app.Run(async context =>
        {
            var path = context.Request.Path.Value!;
            if (server._answers.TryGetValue(path, out var answer))
            {
                await answer(context);
            }
            else
            {
                context.Response.StatusCode = 404;
            }

            server._asked.Enqueue((path, context.Response.StatusCode));
        });
        await app.StartAsync();
        return server;
    }

    /// <summary>RSS with an ETag of its own, newest story last in <paramref name="items"/>.</summary>
    public void Show(string path, params string[] items)
    {
        var text = $"<rss version=\"2.0\"><channel><title>Test</title>{string.Concat(items.Reverse())}</channel></rss>";
        var tag = $"\"{text.GetHashCode(StringComparison.Ordinal):x}\"";
        Answer(path, async context =>
        {
            context.Response.Headers.ETag = tag;
            if (context.Request.Headers.IfNoneMatch == tag)
            {
                context.Response.StatusCode = 304;
                return;
            }

            await context.Response.WriteAsync(text);
        });
    }

    public void Refuse(string path, HttpStatusCode status, string? retryAfter = null) => Answer(path, context =>
    {
        context.Response.StatusCode = (int)status;
        context.Response.Headers.RetryAfter = retryAfter;
        return Task.CompletedTask;
    });

    public void Redirect(string path, string target) => Answer(path, context =>
    {
        context.Response.Redirect(target);
        return Task.CompletedTask;
    });

    public void Answer(string path, Func<HttpContext, Task> answer) => _answers[path] = answer;

    public static string Item(string title, string? guid = null, string? link = null, string? date = null, string text = "") =>
        $"<item><title>{SecurityElement.Escape(title)}</title>{Tag("guid", guid)}{Tag("link", link)}{Tag("pubDate", date)}{Tag("description", text)}</item>";

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static string Tag(string name, string? text) => text is null ? "" : $"<{name}>{SecurityElement.Escape(text)}</{name}>";
}
