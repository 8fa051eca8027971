using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace TradingSystem.Hosting.Delivery;

/// <summary>
/// Numbers the messages of each kind on the in-memory bus, where the log publishes one after another in its own order. It counts on
/// RabbitMQ, too, where nobody reads it: there the broker's numbers are the ones that have no holes.
/// </summary>
public sealed class PublishOrder : IPublishObserver
{
    public const string Header = "number-of-kind";

    private readonly ConcurrentDictionary<Type, Counter> _kinds = new();

    public Task PrePublish<T>(PublishContext<T> context)
        where T : class
    {
        context.Headers.Set(Header, _kinds.GetOrAdd(typeof(T), _ => new()).Next());
        return Task.CompletedTask;
    }

    public Task PostPublish<T>(PublishContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PublishFault<T>(PublishContext<T> context, Exception exception)
        where T : class => Task.CompletedTask;

    private sealed class Counter
    {
        private long _last;

        public long Next() => Interlocked.Increment(ref _last);
    }
}

public static class PublishOrderSetup
{
    /// <summary>For a module with a queue that is read several messages at a time and worked off in order.</summary>
    public static void AddPublishOrder(this IBusRegistrationConfigurator bus)
    {
        if (bus.All(s => s.ServiceType != typeof(PublishOrder)))
        {
            bus.AddSingleton<PublishOrder>();
            bus.AddPublishObserver(p => p.GetRequiredService<PublishOrder>());
        }
    }
}
