using Microsoft.Extensions.FileProviders;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Dashboard.Pages;

/// <summary>The built web app: hashed assets are kept by browsers for a year, the page itself is asked for anew each time.</summary>
public static class WebApp
{
    internal const string RootSetting = "Dashboard:WebRoot";

    private const string Index = "index.html";

    // As the page's sources have it.
    private const string BuiltBase = "<base href=\"/\"";

    private static readonly AnyQuery Page = new("a page's address is the page's own affair");

    private static readonly string[] Reads = [HttpMethods.Get, HttpMethods.Head];

    public static void MapWebApp(this WebApplication app)
    {
        if (FindRoot(app) is not { } root)
        {
            WebAppLog.NotBuilt(app.Logger);
            MapPage(app, () => RestError.Of(StatusCodes.Status503ServiceUnavailable, "web_app_not_built", "path", "run npm run build in services/dashboard/web", "/"));
            return;
        }

        var basePath = app.Services.GetRequiredService<EdgeOptions>().BasePath;
        var files = new PhysicalFileProvider(root);
        app.Lifetime.ApplicationStopped.Register(files.Dispose);
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = files,
            OnPrepareResponse = context => context.Context.Response.Headers.CacheControl =
                context.Context.Request.Path.StartsWithSegments("/assets", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache",
        });
        MapPage(app, async (HttpContext http) =>
        {
            http.Response.ContentType = "text/html; charset=utf-8";
            http.Response.Headers.CacheControl = "no-cache";
            await http.Response.WriteAsync(await PageAsync(Path.Combine(root, Index), basePath, http.RequestAborted), http.RequestAborted);
        });
    }

    /// <summary>The page has no addresses but these; whatever is neither a file of it nor a route is nothing.</summary>
    private static void MapPage(WebApplication app, Delegate handler)
    {
        foreach (var address in new[] { "/", $"/{Index}" })
        {
            app.MapMethods(address, Reads, handler).AllowAnonymous().WithMetadata(Page).ExcludeFromDescription();
        }
    }

    /// <summary>The page with the prefix below which its scripts, its API and its hub are.</summary>
    private static async Task<string> PageAsync(string file, PathString basePath, CancellationToken cancellationToken) =>
        (await File.ReadAllTextAsync(file, cancellationToken)).Replace(BuiltBase, $"<base href=\"{basePath}/\"", StringComparison.Ordinal);

    /// <summary><c>DASHBOARD__WEBROOT</c>, else beside the assembly, else where the sources' build puts it.</summary>
    private static string? FindRoot(WebApplication app)
    {
        if (app.Configuration[RootSetting] is { Length: > 0 } configured)
        {
            return File.Exists(Path.Combine(configured, Index))
                ? Path.GetFullPath(configured)
                : throw new InvalidOperationException($"Dashboard:WebRoot has no {Index}.");
        }

        return new[] { AppContext.BaseDirectory, app.Environment.ContentRootPath }
            .SelectMany(start => SelfAndParents(start).Select(d => Path.Combine(d, "services", "dashboard", "wwwroot")).Prepend(Path.Combine(start, "wwwroot")))
            .FirstOrDefault(d => File.Exists(Path.Combine(d, Index)));
    }

    private static IEnumerable<string> SelfAndParents(string path)
    {
        for (var directory = new DirectoryInfo(path); directory is not null; directory = directory.Parent)
        {
            yield return directory.FullName;
        }
    }
}

internal static partial class WebAppLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The web app is not built; run npm run build in services/dashboard/web")]
    public static partial void NotBuilt(ILogger logger);
}
