using MassTransit;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire.Replies;
using TradingSystem.Gateway.Connections;

namespace TradingSystem.Gateway.Events;

/// <summary>Hands each immediate event to the connected groups it targets. It never waits for a socket.</summary>
public sealed class PushConsumer(SessionRegistry sessions) : IConsumer<ImmediateEvents>
{
    public Task Consume(ConsumeContext<ImmediateEvents> context)
    {
        foreach (var item in context.Message.Items)
        {
            var receivers = sessions.Targeted(item.Targets);
            if (receivers.Count == 0)
            {
                continue;
            }

            var frame = PushWriter.Write(new(item.Id, item.SourceId, item.Priority, item.Targets, item.Title, item.Payload, item.Tags, item.CreatedAt));
            foreach (var session in receivers)
            {
                session.Send(frame);
            }

            GatewayMetrics.EventPushed(receivers.Count);
        }

        return Task.CompletedTask;
    }
}
