using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;

namespace TradingSystem.Hosting.Rest;

/// <summary>
/// Before everything else of a request: the client's address and scheme as a trusted proxy tells them, and the prefix taken off the path. A
/// proxy may take it off itself; addresses that we write have it either way.
/// </summary>
internal sealed class Edge(EdgeOptions options) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        if (options.Trusted.Count > 0)
        {
            app.UseForwardedHeaders(Forwarded());
        }

        if (options.BasePath.HasValue)
        {
            app.UsePathBase(options.BasePath);
            app.Use(WithPrefix);
        }

        next(app);
    };

    private ForwardedHeadersOptions Forwarded()
    {
        // Without a limit: from the last proxy back to the first address that is none of them.
        var forwarded = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = null };
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var network in options.Trusted)
        {
            forwarded.KnownIPNetworks.Add(network);
        }

        return forwarded;
    }

    private Task WithPrefix(HttpContext context, RequestDelegate next)
    {
        // Also where the proxy has taken it off: cookies and documents say what the client sees.
        context.Request.PathBase = options.BasePath;
        context.Response.OnStarting(() =>
        {
            var location = context.Response.Headers.Location.ToString();
            if (location.StartsWith('/') && !location.StartsWith("//", StringComparison.Ordinal) && !new PathString(location).StartsWithSegments(options.BasePath))
            {
                context.Response.Headers.Location = options.BasePath + location;
            }

            return Task.CompletedTask;
        });
        return next(context);
    }
}

public static class EdgeSetup
{
    /// <summary>Before the modules' own: what they look at is already the client's.</summary>
    public static void AddEdge(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(EdgeOptions.Read(builder.Configuration));
        builder.Services.AddSingleton<IStartupFilter, Edge>();
    }
}
