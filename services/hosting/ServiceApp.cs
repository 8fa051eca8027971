using System.Text.Json;
using System.Text.Json.Serialization;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TradingSystem.Hosting.EventLog;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Hosting;

/// <summary>Builds and runs a host for the given modules; with <c>--migrate</c> it prepares database and bus and ends.</summary>
public static class ServiceApp
{
    private static readonly AnyQuery Probes = new("whoever probes may add what keeps its answer from a cache");

    public static async Task<int> RunAsync(string name, string[] args, params IServiceModule[] modules)
    {
        var migrate = args.Contains("--migrate");
        await using var app = Build(name, args, migrate, modules);
        if (!migrate)
        {
            var workers = app.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToList();
            await app.RunAsync();
            // One that failed has stopped the host: whoever restarts what fails must see it.
            return workers.Exists(w => w.ExecuteTask?.IsFaulted == true) ? 1 : 0;
        }

        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await app.Services.GetRequiredService<IDurableStore>().MigrateAsync(deadline.Token);
        if (app.Services.GetService<IEventLog>() is { } log)
        {
            await log.MigrateAsync(deadline.Token);
        }

        foreach (var module in modules)
        {
            await module.MigrateAsync(app.Services, deadline.Token);
        }

        // Every queue and binding exists before anything publishes: a mandatory publish is satisfied by one bound queue.
        var bus = app.Services.GetRequiredService<IBusControl>();
        await bus.StartAsync(deadline.Token);
        await bus.StopAsync(deadline.Token);
        return 0;
    }

    public static WebApplication Build(string name, string[] args, bool topologyOnly, params IServiceModule[] modules)
    {
        // A switch without a value would swallow the argument after it.
        var builder = WebApplication.CreateSlimBuilder([.. args.Where(a => a != "--migrate")]);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
        // An empty database has no migrations history yet; EF asks, fails and creates it.
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore.Database.Command", topologyOnly ? LogLevel.None : LogLevel.Warning);
        builder.Logging.AddFilter("MassTransit", LogLevel.Warning);
        builder.Logging.AddFilter("System.Net.Http", LogLevel.Warning);
        builder.AddTelemetry(name);
        builder.AddDatabase();
        builder.AddJwtValidation();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(10));
        builder.Services.ConfigureHttpJsonOptions(o =>
        {
            o.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            o.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower));
            PlainDecimal.Apply(o.SerializerOptions);
        });
        builder.Services.AddOpenApi("v1", o => o.DescribeSecurity());
        builder.AddBus(topologyOnly, modules);
        foreach (var module in modules)
        {
            module.AddServices(builder);
        }

        var app = builder.Build();
        app.UseSocketGuard();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseQueryGuard();
        app.MapGet("/livez", () => Results.Ok(new { status = "live" })).WithMetadata(Probes).ExcludeFromDescription();
        app.MapGet("/readyz", Readiness.CheckAsync).WithMetadata(Probes).ExcludeFromDescription();
        app.MapOpenApi();
        foreach (var module in modules)
        {
            module.Map(app);
        }

        return app;
    }
}
