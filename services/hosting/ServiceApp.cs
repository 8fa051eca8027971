using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TradingSystem.Hosting.Hooks;
using TradingSystem.Hosting.OpenApi;
using TradingSystem.Hosting.Outbound;
using TradingSystem.Hosting.Rest;
using TradingSystem.Hosting.Settings;
using TradingSystem.Hosting.Transport;

namespace TradingSystem.Hosting;

/// <summary>Builds and runs a host for the given modules; with <c>--migrate</c> it prepares database and bus and ends.</summary>
public static class ServiceApp
{
    /// <summary>What every process reads. The rest of <c>AUTH__…</c> is the dashboard's.</summary>
    private static readonly SettingsSection[] Own =
    [
        SettingsSection.Of<BusOptions>(BusOptions.Section),
        SettingsSection.Of<PostgresOptions>(PostgresOptions.Section),
        SettingsSection.Of<PreparationOptions>(PreparationOptions.Section),
        SettingsSection.Of<OutboundOptions>(OutboundOptions.Section),
        new("Proxy"),
        new(EdgeOptions.TrustedSetting),
        new("ConnectionStrings:Postgres"),
        new(JwtValidation.KeySetting),
    ];

    public static async Task<int> RunAsync(string name, string[] args, params IServiceModule[] modules)
    {
        var migrate = args.Contains("--migrate");
        if (await TryBuildAsync(name, args, migrate, modules) is not { } built)
        {
            return 1;
        }

        await using var app = built;
        if (!migrate)
        {
            var workers = app.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToList();
            await app.RunAsync();
            // One that failed has stopped the host: whoever restarts what fails must see it.
            return workers.Exists(w => w.ExecuteTask?.IsFaulted == true) ? 1 : 0;
        }

        var options = app.Configuration.Read<PreparationOptions>(PreparationOptions.Section);
        return await new Preparation(app, modules, options, Console.Error).RunAsync();
    }

    /// <summary>For a command that runs over a host which is not started: null when a setting is wrong, which is then said in a line.</summary>
    public static async Task<WebApplication?> TryBuildAsync(string name, string[] args, bool topologyOnly, params IServiceModule[] modules)
    {
        try
        {
            return Build(name, args, topologyOnly, modules);
        }
        catch (SettingException e)
        {
            await Console.Error.WriteLineAsync($"{name} does not start: {e.Message}");
            return null;
        }
    }

    /// <exception cref="SettingException">A setting is wrong, or there is one in our sections that nobody reads.</exception>
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
        builder.Logging.AddFilter("Yarp", LogLevel.Warning);
        Known(modules).Check(builder.Configuration);
        builder.AddTelemetry(name);
        Configured(builder.AddDatabase);
        Configured(builder.AddJwtValidation);
        Configured(builder.AddOutbound);
        Configured(builder.AddEdge);
        builder.AddHookServer();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(10));
        builder.Services.ConfigureHttpJsonOptions(o =>
        {
            o.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            o.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower));
            PlainDecimal.Apply(o.SerializerOptions);
        });
        builder.Services.AddOpenApi("v1", o =>
        {
            o.DescribeShapes();
            o.DescribeSecurity();
            o.DescribeRefusals();
        });
        Configured(() => builder.AddBus(topologyOnly, modules));
        foreach (var module in modules)
        {
            Configured(() => module.AddServices(builder));
        }

        var app = builder.Build();
        app.UseResponseHeaders();
        app.UseRefusals();
        app.UseSocketGuard();
        foreach (var module in modules)
        {
            module.BeforeAuthentication(app);
        }

        app.UseAuthentication();
        app.UseAuthorization();
        app.UseTextGuard();
        app.UseQueryGuard();
        app.MapProbes();
        app.MapOpenApi().AllowAnonymous();
        foreach (var module in modules)
        {
            module.Map(app);
        }

        return app;
    }

    /// <summary>What a process of these modules may be set.</summary>
    public static KnownSettings Known(IEnumerable<IServiceModule> modules) => new(modules.SelectMany(m => m.Settings).Concat(Own));

    /// <summary>Who registers what it needs reads its settings; what it throws is about them.</summary>
    private static void Configured(Action register)
    {
        try
        {
            register();
        }
        catch (Exception e) when (e is InvalidOperationException and not SettingException)
        {
            throw new SettingException(e.Message, e);
        }
    }
}
