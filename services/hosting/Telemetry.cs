using MassTransit.Logging;
using MassTransit.Monitoring;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
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

        var endpoint = new Uri(address.EndsWith('/') ? address : address + "/");
        void Export(OtlpExporterOptions o, string path)
        {
            o.Protocol = OtlpExportProtocol.HttpProtobuf;
            o.Endpoint = new Uri(endpoint, path);
        }

        builder.Services.AddOpenTelemetry()
            .ConfigureResource(r => r.AddService($"trading-system-{serviceName}"))
            .WithTracing(t => t
                .AddSource($"{Prefix}.*", DiagnosticHeaders.DefaultListenerName)
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddNpgsql()
                .AddOtlpExporter(x => Export(x, "v1/traces")))
            .WithMetrics(m => m
                .AddMeter($"{Prefix}.*", InstrumentationOptions.MeterName)
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddNpgsqlInstrumentation()
                .AddRuntimeInstrumentation()
                .AddOtlpExporter(x => Export(x, "v1/metrics")))
            .WithLogging(l => l.AddOtlpExporter(x => Export(x, "v1/logs")), o =>
            {
                o.IncludeFormattedMessage = true;
                o.IncludeScopes = true;
            });
    }
}
