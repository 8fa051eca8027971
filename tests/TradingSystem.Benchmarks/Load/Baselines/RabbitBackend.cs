using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace TradingSystem.Benchmarks.Load.Baselines;

/// <summary>
/// R: what an author writes with the broker's own client. Every event is one persistent message to quorum queues, accepted when
/// that message was confirmed, any number of them outstanding; every order is one INSERT.
/// </summary>
internal sealed class RabbitBackend(string broker, string database, TimeProvider time) : IBackend
{
    public const string Diary = "plain-diary";
    public const string Decisions = "plain-decisions";
    private const string Events = "plain-events";
    private const string EventType = "event";
    private const string UpdateType = "update";
    private const ushort Prefetch = 1000;

    private static readonly CreateChannelOptions Confirmed = new(
        publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true, outstandingPublisherConfirmationsRateLimiter: null);

    private readonly NpgsqlDataSource _database = NpgsqlDataSource.Create(database);
    private OrderWorkers? _orders;
    private Sessions _sessions = new();
    private IConnection? _connection;
    private IChannel? _publish;

    public async Task StartAsync(Sessions sessions)
    {
        _sessions = sessions;
        await OrderWorkers.CreateTableAsync(_database);
        _connection = await new ConnectionFactory { Uri = new Uri(broker) }.CreateConnectionAsync();
        _publish = await _connection.CreateChannelAsync(Confirmed);
        var quorum = new Dictionary<string, object?> { ["x-queue-type"] = "quorum" };
        await _publish.ExchangeDeclareAsync(Events, ExchangeType.Fanout, durable: true);
        await _publish.QueueDeclareAsync(Diary, durable: true, exclusive: false, autoDelete: false, quorum);
        await _publish.QueueBindAsync(Diary, Events, "");
        await _publish.QueueDeclareAsync(Decisions, durable: true, exclusive: false, autoDelete: false, quorum);
        var push = (await _publish.QueueDeclareAsync("", durable: false, exclusive: true, autoDelete: true)).QueueName;
        await _publish.QueueBindAsync(push, Events, "");

        _orders = new OrderWorkers(_database, time, update => PublishAsync(Events, "", UpdateType, Json.Bytes(update)));
        await ConsumeAsync(push, (channel, delivery) =>
        {
            Push(delivery);
            return ValueTask.CompletedTask;
        }, autoAck: true);
        await ConsumeAsync(Diary, AcknowledgeSometimesAsync, autoAck: false);
        await ConsumeAsync(Decisions, _orders.AcceptAsync, autoAck: false);
    }

    public async ValueTask<byte[]> HandleAsync(Client client, ClientFrame frame)
    {
        var now = time.GetUtcNow();
        if (frame.EventType == "post_trade")
        {
            var payload = Json.Read<DecisionPayload>(System.Text.Encoding.UTF8.GetBytes(frame.Payload!));
            var decision = new Decision(
                Guid.CreateVersion7(now), client.Owner, payload.Symbol, payload.Signal.Action, payload.Signal.Qty, payload.Signal.MarginUsd,
                frame.Payload!, now);
            await PublishAsync("", Decisions, EventType, Json.Bytes(decision));
            return Json.Bytes(new Accepted(true, "accepted", decision.Id, 0));
        }

        var signal = Signal.Of(frame, client.Owner, now);
        await PublishAsync(Events, "", EventType, Json.Bytes(signal));
        return Json.Bytes(new Accepted(true, "accepted", signal.Id, _sessions.Count(signal.Targets)));
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }

        await _database.DisposeAsync();
    }

    /// <summary>Returns when the broker confirmed this very message.</summary>
    private ValueTask PublishAsync(string exchange, string key, string type, byte[] body) =>
        _publish!.BasicPublishAsync(exchange, key, mandatory: true, new BasicProperties { Persistent = true, Type = type }, body);

    private async Task ConsumeAsync(string queue, Func<IChannel, BasicDeliverEventArgs, ValueTask> handle, bool autoAck)
    {
        var channel = await _connection!.CreateChannelAsync();
        await channel.BasicQosAsync(0, Prefetch, false);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) => handle(channel, delivery).AsTask();
        await channel.BasicConsumeAsync(queue, autoAck, consumer);
    }

    private void Push(BasicDeliverEventArgs delivery)
    {
        if (delivery.BasicProperties.Type == UpdateType)
        {
            _sessions.Push([Json.Read<OrderUpdate>(delivery.Body.Span).Group], delivery.Body.ToArray());
        }
        else
        {
            _sessions.Push(Json.Read<Signal>(delivery.Body.Span).Targets, delivery.Body.ToArray());
        }
    }

    /// <summary>The diary's work is left out, in R's favour: only the queue is kept empty.</summary>
    private static ValueTask AcknowledgeSometimesAsync(IChannel channel, BasicDeliverEventArgs delivery) =>
        delivery.DeliveryTag % 50 == 0 ? channel.BasicAckAsync(delivery.DeliveryTag, multiple: true) : ValueTask.CompletedTask;
}
