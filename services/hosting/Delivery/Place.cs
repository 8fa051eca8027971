using MassTransit;
using MassTransit.RabbitMqTransport;

namespace TradingSystem.Hosting.Delivery;

/// <summary>
/// Where a delivery stands in its queue: the how-manieth it is of its stream, counted from 1 without holes. The stream is the broker's
/// channel, which a broken connection ends, or the in-memory bus. Without a stream the order is unknown.
/// </summary>
public readonly record struct Place(object? Stream, long Number, Func<bool>? IsOpen = null)
{
    private static readonly object InMemory = new();

    /// <summary>For a queue that gets one kind of message only.</summary>
    public static Place Of(ConsumeContext context)
    {
        // A channel hands over one consumer's messages, and numbers them.
        if (context.ReceiveContext.TryGetPayload(out RabbitMqBasicConsumeContext? delivery)
            && context.ReceiveContext.TryGetPayload(out ChannelContext? channel))
        {
            return new(channel, checked((long)delivery.DeliveryTag), () => channel.Channel.IsOpen);
        }

        return context.Headers.Get<long>(PublishOrder.Header) is { } number ? new(InMemory, number) : default;
    }
}
