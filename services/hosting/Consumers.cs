using System.Net.Sockets;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TradingSystem.Hosting.Outages;

namespace TradingSystem.Hosting;

/// <summary>How a durable queue is read.</summary>
public sealed record DurableQueue
{
    public int ConcurrencyLimit { get; init; } = 4;

    public ushort PrefetchCount { get; init; } = 64;

    /// <summary>One consumer at a time across all nodes, so that order is kept.</summary>
    public bool SingleActive { get; init; }
}

/// <summary>A durable queue of this process and the messages it must get; the embedded log tracks them.</summary>
public sealed record DurableSubscription(string Queue, IReadOnlyList<Type> MessageTypes);

/// <summary>Carries a consumer's queue into its definition, which the bus creates by injection.</summary>
public sealed record QueueOf<TConsumer>(string Name, DurableQueue Settings);

public static class Consumers
{
    /// <summary>Work: a quorum queue, at least once, each message to one consumer.</summary>
    public static void AddDurableConsumer<TConsumer>(this IBusRegistrationConfigurator bus, string queue, DurableQueue? settings = null)
        where TConsumer : class, IConsumer
    {
        var types = typeof(TConsumer).GetInterfaces()
            .Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IConsumer<>))
            .Select(i => i.GetGenericArguments()[0]);
        bus.AddSingleton(new DurableSubscription(queue, [.. types]));
        bus.AddSingleton(new QueueOf<TConsumer>(queue, settings ?? new DurableQueue()));
        bus.AddConsumer<TConsumer, DurableConsumerDefinition<TConsumer>>();
    }

    /// <summary>Fan-out: every process reads everything from a queue of its own, which drops the oldest when it is full.</summary>
    public static void AddPerNodeConsumer<TConsumer>(this IBusRegistrationConfigurator bus, string queue)
        where TConsumer : class, IConsumer
    {
        bus.AddSingleton(new QueueOf<TConsumer>(queue, new DurableQueue()));
        bus.AddConsumer<TConsumer, PerNodeConsumerDefinition<TConsumer>>();
    }
}

public sealed class DurableConsumerDefinition<TConsumer> : ConsumerDefinition<TConsumer>
    where TConsumer : class, IConsumer
{
    // Ten hours at one a second; the broker redelivers after its own consumer timeout long before.
    private const int OutageRetries = 36_000;

    private readonly DurableQueue _settings;

    public DurableConsumerDefinition(QueueOf<TConsumer> queue)
    {
        _settings = queue.Settings;
        EndpointName = queue.Name;
        Endpoint(e =>
        {
            e.PrefetchCount = _settings.PrefetchCount;
            e.ConcurrentMessageLimit = _settings.ConcurrencyLimit;
        });
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<TConsumer> consumerConfigurator, IRegistrationContext context)
    {
        if (endpointConfigurator is IRabbitMqReceiveEndpointConfigurator rabbit)
        {
            rabbit.SetQuorumQueue();
            rabbit.SingleActiveConsumer = _settings.SingleActive;
            // Every kill of a consumer counts against all it had prefetched.
            rabbit.SetQueueArgument("x-delivery-limit", 200);
            rabbit.SetQueueArgument("x-max-length", 2_000_000);
            rabbit.SetQueueArgument("x-overflow", "reject-publish");
            rabbit.SetQueueArgument("x-dead-letter-strategy", "at-least-once");
            rabbit.BindDeadLetterQueue("dead-letter", "dead-letter", x => x.SetQueueArgument("x-queue-type", "quorum"));
        }

        endpointConfigurator.UseMessageRetry(r =>
        {
            r.Ignore<Exception>(Outage.IsOutage);
            r.Interval(5, TimeSpan.FromMilliseconds(200));
        });
        endpointConfigurator.UseMessageRetry(r =>
        {
            r.Handle<Exception>(Outage.IsOutage);
            r.Interval(OutageRetries, TimeSpan.FromSeconds(1));
        });
    }
}

public sealed class PerNodeConsumerDefinition<TConsumer> : ConsumerDefinition<TConsumer>
    where TConsumer : class, IConsumer
{
    public PerNodeConsumerDefinition(QueueOf<TConsumer> queue) =>
        Endpoint(e =>
        {
            e.Name = $"{queue.Name}-{NewId.NextGuid():n}";
            e.Temporary = true;
            e.PrefetchCount = 500;
            e.ConcurrentMessageLimit = 1;
        });

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<TConsumer> consumerConfigurator, IRegistrationContext context)
    {
        if (endpointConfigurator is IRabbitMqReceiveEndpointConfigurator rabbit)
        {
            rabbit.SetQueueArgument("x-max-length", 20_000);
        }
    }
}
