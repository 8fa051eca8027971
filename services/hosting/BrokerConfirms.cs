using MassTransit;
using Microsoft.Extensions.Logging;
using TradingSystem.Hosting.Transport;

namespace TradingSystem.Hosting;

/// <summary>Durable once RabbitMQ confirmed: persistent, mandatory, every bound quorum queue has it on disk.</summary>
public sealed partial class BrokerConfirms(IBus bus, BusOptions options, ILogger<BrokerConfirms> log) : IDurableStore
{
    public Task MigrateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<PublishOutcome> AppendAsync(object message, Type messageType, CancellationToken cancellationToken)
    {
        // Confirms can hang after a broker restart, so the deadline is ours.
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(options.PublishDeadline);
        try
        {
            // What is too late already does not leave; a message given up halfway would be an error in the log.
            deadline.Token.ThrowIfCancellationRequested();
            await bus.Publish(message, messageType, Pipe.Execute<PublishContext>(c =>
            {
                c.Durable = true;
                if (c.TryGetPayload<RabbitMqSendContext>(out var rabbit))
                {
                    rabbit.Mandatory = true;
                }
            }), deadline.Token).WaitAsync(deadline.Token);
            return PublishOutcome.Durable;
        }
        catch (MessageReturnedException e)
        {
            BrokerConfirmsLog.Unroutable(log, messageType.Name, e);
            return PublishOutcome.Unavailable;
        }
        catch (Exception e)
        {
            BrokerConfirmsLog.Unconfirmed(log, messageType.Name, e);
            return PublishOutcome.Unknown;
        }
    }
}

internal static partial class BrokerConfirmsLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{MessageType} has no queue bound to it: run the services' --migrate first")]
    public static partial void Unroutable(ILogger logger, string messageType, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{MessageType} was not confirmed by the broker")]
    public static partial void Unconfirmed(ILogger logger, string messageType, Exception exception);
}
