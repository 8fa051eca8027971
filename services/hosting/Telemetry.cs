using MassTransit.Logging;
using MassTransit.Monitoring;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace TradingSystem.Hosting;

/// <summary>Traces, metrics and logs over OTLP (HTTP, protobuf) when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set; nothing otherwise.</summary>
public static class Telemetry
{
    /// <summary>Name prefix of the product's activity sources and meters: <c>TradingSystem.Gateway</c> and so on.</summary>
    public const string Prefix = "TradingSystem";

    public static void AddTelemetry(this WebApplicationBuilder builder, string serviceName)
    {
        if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is not { Length: > 0 } address)
        {
            return;
        }

        // Off by default until .NET 11; without it a request's span has neither method nor path.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);
        var endpoint = new Uri(address.EndsWith('/') ? address : address + "/");
        void Export(OtlpExporterOptions o, string path)
        {
            o.Protocol = OtlpExportProtocol.HttpProtobuf;
            o.Endpoint = new Uri(endpoint, path);
        }

        var sdk = OpenTelemetrySdk.Create(o => o
            .ConfigureResource(r => r.AddService($"trading-system-{serviceName}"))
            .WithTracing(t => t
                .AddSource($"{Prefix}.*", "Microsoft.AspNetCore", "Npgsql", "System.Net.Http", DiagnosticHeaders.DefaultListenerName)
                .AddOtlpExporter(x => Export(x, "v1/traces")))
            .WithMetrics(m => m
                .AddMeter($"{Prefix}.*", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Npgsql", "System.Net.Http", "System.Runtime", InstrumentationOptions.MeterName)
                .AddOtlpExporter(x => Export(x, "v1/metrics")))
            .WithLogging(l => l.AddOtlpExporter(x => Export(x, "v1/logs")), o =>
            {
                o.IncludeFormattedMessage = true;
                o.IncludeScopes = true;
            }));

        // A factory registration lets the container dispose the SDK, which flushes it.
        builder.Services.AddSingleton(_ => sdk);
        builder.Services.AddHostedService<Flush>();
        builder.Services.AddSingleton<ILoggerProvider>(new Forward(sdk.GetLoggerFactory()));
    }

    private sealed class Flush(OpenTelemetrySdk sdk) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            sdk.TracerProvider.ForceFlush(2000);
            sdk.MeterProvider.ForceFlush(2000);
            sdk.LoggerProvider.ForceFlush(2000);
            return Task.CompletedTask;
        }
    }

    private sealed class Forward(ILoggerFactory factory) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => factory.CreateLogger(categoryName);

        public void Dispose()
        {
        }
    }
}
