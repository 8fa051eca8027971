using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Hosting.Hooks;

/// <summary>
/// Between the server and the host, which puts a request's path into its log scope and its trace before any middleware runs: a hook's secret is taken out of
/// the path before that.
/// </summary>
internal sealed class HookServer(IServer server, PathString basePath) : IServer
{
    public IFeatureCollection Features => server.Features;

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull =>
        server.StartAsync(new Application<TContext>(application, basePath), cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => server.StopAsync(cancellationToken);

    public void Dispose() => server.Dispose();

    private sealed class Application<TContext>(IHttpApplication<TContext> application, PathString basePath) : IHttpApplication<TContext>
        where TContext : notnull
    {
        public TContext CreateContext(IFeatureCollection contextFeatures)
        {
            HookPath.TakeSecret(contextFeatures, basePath);
            return application.CreateContext(contextFeatures);
        }

        public Task ProcessRequestAsync(TContext context) => application.ProcessRequestAsync(context);

        public void DisposeContext(TContext context, Exception? exception) => application.DisposeContext(context, exception);
    }
}

public static class HookServerSetup
{
    /// <summary>Behind the edge's registration, whose prefix it needs.</summary>
    public static void AddHookServer(this WebApplicationBuilder builder)
    {
        var server = builder.Services.Last(s => s.ServiceType == typeof(IServer));
        builder.Services.Remove(server);
        builder.Services.AddSingleton<IServer>(p => new HookServer(
            (IServer)ActivatorUtilities.CreateInstance(p, server.ImplementationType!), p.GetRequiredService<EdgeOptions>().BasePath));
    }
}
