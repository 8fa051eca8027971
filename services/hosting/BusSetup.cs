using System.Text.Json.Serialization;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TradingSystem.Hosting.Serialization;
using TradingSystem.Hosting.Sessions;
using TradingSystem.Hosting.Settings;
using TradingSystem.Hosting.Transport;

namespace TradingSystem.Hosting;

/// <summary>MassTransit over the configured transport, with the durable publisher that belongs to it.</summary>
public static class BusSetup
{
    public static void AddBus(this WebApplicationBuilder builder, bool topologyOnly, IReadOnlyList<IServiceModule> modules)
    {
        var options = builder.Configuration.Read<BusOptions>(BusOptions.Section).Validated();
        var services = builder.Services;
        services.AddSingleton(options);
        services.AddSingleton(new BusTypes(modules.Select(m => m.Messages).OfType<JsonSerializerContext>().Append(SessionsJson.Default)));
        services.AddSingleton<BusReadiness>();
        services.AddBusObserver(p => p.GetRequiredService<BusReadiness>());
        services.Configure<MassTransitHostOptions>(o =>
        {
            o.WaitUntilStarted = false;
            o.StopTimeout = TimeSpan.FromSeconds(8);
        });
        if (options.IsInMemory)
        {
            services.AddSingleton<LogProgress>();
            services.AddSingleton<EventLog.LogTail>();
            services.AddReceiveObserver(p => p.GetRequiredService<LogProgress>());
            services.AddSingleton<PostgresLog>();
            services.AddSingleton<IDurableStore>(p => p.GetRequiredService<PostgresLog>());
            services.AddHostedService(p => p.GetRequiredService<PostgresLog>());
        }
        else
        {
            services.AddSingleton<IDurableStore, BrokerConfirms>();
        }

        services.AddSingleton<DurablePublisher>();
        services.AddSingleton<IDurablePublisher>(p => p.GetRequiredService<DurablePublisher>());
        services.AddHostedService(p => p.GetRequiredService<DurablePublisher>());
        services.AddMassTransit(bus =>
        {
            bus.SetKebabCaseEndpointNameFormatter();
            // What runs here is nobody else's business: by default the library reports it to its makers.
            bus.ConfigureUsageTelemetryOptions(o => o.Enabled = false);
            bus.AddPerNodeConsumer<RevocationConsumer>("revoked-tokens");
            foreach (var module in modules)
            {
                module.AddConsumers(bus);
            }

            if (options.IsInMemory)
            {
                bus.UsingInMemory((context, configurator) =>
                {
                    WriteCompactly(configurator, context);
                    configurator.ConfigureEndpoints(context);
                });
            }
            else
            {
                bus.UsingRabbitMq((context, configurator) =>
                {
                    var broker = options.Address;
                    configurator.Host(broker.Host, (ushort)broker.Port, broker.VirtualHost, host =>
                    {
                        host.Username(broker.User);
                        host.Password(broker.Password);
                        if (broker.Tls)
                        {
                            host.UseSsl(tls => tls.ServerName = broker.Host);
                        }
                    });
                    configurator.DeployTopologyOnly = topologyOnly;
                    WriteCompactly(configurator, context);
                    configurator.ConfigureEndpoints(context);
                });
            }
        });
    }

    /// <summary>Envelopes stay readable, and are what anything but a known message is written in; by default every line of them is indented.</summary>
    private static void WriteCompactly(IBusFactoryConfigurator bus, IServiceProvider services)
    {
        var format = new CompactFormat(services.GetRequiredService<BusTypes>());
        bus.AddSerializer(format);
        bus.AddDeserializer(format);
        bus.ConfigureJsonSerializerOptions(json =>
        {
            json.WriteIndented = false;
            return json;
        });
    }

    /// <summary>
    /// Registers how items of one kind travel together. <paramref name="size"/> is an item's rough size in bytes, <paramref name="trace"/> its W3C
    /// traceparent, <paramref name="pace"/> as <see cref="DurableKind"/> says.
    /// </summary>
    public static void AddDurableKind<TItem, TMessage>(
        this IServiceCollection services, Func<IReadOnlyList<TItem>, TMessage> wrap, Func<TItem, int> size, int inFlight,
        Func<TItem, string?>? trace = null, TimeSpan pace = default)
        where TItem : class
        where TMessage : class
    {
        if (services.All(s => s.ImplementationInstance is not DurableKind { ItemType: var t } || t != typeof(TItem)))
        {
            services.AddSingleton(
                new DurableKind(typeof(TItem), typeof(TMessage), items => wrap([.. items.Cast<TItem>()]), item => size((TItem)item), item => trace?.Invoke((TItem)item), inFlight, pace));
        }
    }
}
