using System.Text;
using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using TradingSystem.Hosting.Serialization;
using TradingSystem.Hosting.Transport;

namespace TradingSystem.Hosting.EventLog;

/// <summary>
/// A RabbitMQ stream bound to the same exchanges as the work queues: one publish and one confirm for all of them. The stream does not
/// fsync, the quorum queues beside it do. Its offset is the position; a marker of our own tells where "now" was at the start.
/// </summary>
public sealed class StreamEventLog(LoggedKinds kinds, BusOptions options, BusTypes types, TimeProvider time, ILogger<StreamEventLog> log) : IEventLog
{
    private const string OffsetHeader = "x-stream-offset";
    private const ushort Prefetch = 1000;
    private const int AckEvery = 100;
    private const long MaxBytes = 2L << 30;
    private const int SegmentBytes = 64 << 20;

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ConnectDeadline = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, Type> _types = kinds.MessageTypes.ToDictionary(t => $"urn:message:{t.Namespace}:{t.Name}");
    private long _next;
    private bool _caughtUp;

    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        var arguments = new Dictionary<string, object?>
        {
            ["x-queue-type"] = "stream",
            ["x-max-age"] = $"{(int)EventLogSetup.Retention.TotalHours}h",
            ["x-max-length-bytes"] = MaxBytes,
            ["x-stream-max-segment-size-bytes"] = SegmentBytes,
        };
        await channel.QueueDeclareAsync(kinds.Name, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellationToken);
        foreach (var type in kinds.MessageTypes)
        {
            // As MassTransit declares it.
            var exchange = $"{type.Namespace}:{type.Name}";
            await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
            await channel.QueueBindAsync(kinds.Name, exchange, "", cancellationToken: cancellationToken);
        }
    }

    public async Task FollowAsync(LogFollower follower, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await ReadUntilBrokenAsync(follower, cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                StreamEventLogLog.Unreachable(log, e.Message);
            }

            await Task.Delay(Retry, time, cancellationToken);
        }
    }

    private async Task ReadUntilBrokenAsync(LogFollower follower, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await channel.BasicQosAsync(0, Prefetch, false, cancellationToken);
        var marker = Guid.NewGuid().ToString("n");
        var broken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, _) =>
        {
            broken.TrySetResult();
            return Task.CompletedTask;
        };
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.UnregisteredAsync += (_, _) =>
        {
            broken.TrySetResult();
            return Task.CompletedTask;
        };
        var unacked = 0;
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            try
            {
                Deliver(follower, delivery, marker);
            }
            catch (Exception e)
            {
                // Going on would leave a hole that nobody sees.
                broken.TrySetException(e);
                return;
            }

            if (++unacked >= AckEvery)
            {
                unacked = 0;
                await channel.BasicAckAsync(delivery.DeliveryTag, multiple: true);
            }
        };
        var from = new Dictionary<string, object?> { [OffsetHeader] = _next == 0 ? "first" : _next };
        await channel.BasicConsumeAsync(kinds.Name, autoAck: false, "", noLocal: false, exclusive: false, from, consumer, cancellationToken);
        if (!_caughtUp)
        {
            var properties = new BasicProperties { MessageId = marker };
            await channel.BasicPublishAsync("", kinds.Name, mandatory: true, properties, ReadOnlyMemory<byte>.Empty, cancellationToken);
        }

        await broken.Task.WaitAsync(cancellationToken);
    }

    private void Deliver(LogFollower follower, BasicDeliverEventArgs delivery, string marker)
    {
        var offset = Convert.ToInt64(delivery.BasicProperties.Headers![OffsetHeader], System.Globalization.CultureInfo.InvariantCulture);
        if (offset < _next)
        {
            return;
        }

        if (_next == 0)
        {
            follower.Begins(offset + 1);
        }

        _next = offset + 1;
        if (delivery.Body.Length == 0)
        {
            if (!_caughtUp && delivery.BasicProperties.MessageId == marker)
            {
                _caughtUp = true;
                follower.CaughtUp();
            }

            return;
        }

        var properties = delivery.BasicProperties;
        if ((properties.ContentType == CompactFormat.MediaType.MediaType ? ReadCompact(properties, delivery.Body.Span) : ReadEnvelope(delivery.Body.Span)) is { } read)
        {
            follower.Append(new(offset + 1, read.Message, read.SentAt));
        }
    }

    /// <summary>Null for a type that the log does not keep. A message's id tells when it was made.</summary>
    private (object Message, DateTimeOffset SentAt)? ReadCompact(IReadOnlyBasicProperties properties, ReadOnlySpan<byte> body)
    {
        if (properties.Headers?.TryGetValue(MessageHeaders.MessageType, out var value) != true || value is not byte[] name
            || Encoding.UTF8.GetString(name) is var urn && !_types.ContainsKey(urn)
            || CompactDeserializer.Read(types, urn, body) is not { } message)
        {
            return null;
        }

        return (message, Guid.TryParse(properties.MessageId, out var id) ? id.ToNewId().Timestamp : time.GetUtcNow());
    }

    /// <summary>Opens the envelope of a message from before the compact format; null for a type that the log does not keep.</summary>
    private (object Message, DateTimeOffset SentAt)? ReadEnvelope(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        reader.Read();
        Type? type = null;
        object? message = null;
        var sentAt = time.GetUtcNow();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("messageType"u8))
            {
                reader.Read();
                while (reader.Read() && reader.TokenType == JsonTokenType.String)
                {
                    type ??= _types.GetValueOrDefault(reader.GetString()!);
                }
            }
            else if (reader.ValueTextEquals("message"u8) && type is not null)
            {
                reader.Read();
                message = JsonSerializer.Deserialize(ref reader, type, SystemTextJsonMessageSerializer.Options);
            }
            else if (reader.ValueTextEquals("sentTime"u8))
            {
                reader.Read();
                sentAt = reader.GetDateTimeOffset();
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return message is null ? null : (message, sentAt);
    }

    private Task<IConnection> ConnectAsync(CancellationToken cancellationToken) =>
        Broker.ConnectAsync(options.Address, kinds.Name, ConnectDeadline, cancellationToken);
}

internal static partial class StreamEventLogLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The event log cannot be read, trying again: {Reason}")]
    public static partial void Unreachable(ILogger logger, string reason);
}
