using System.Collections.Concurrent;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace TradingSystem.IntegrationTests.Servers;

/// <summary>
/// Hears every message of some exchanges and publishes it again, byte for byte, as a broker that lost an acknowledgement would deliver it again.
/// </summary>
internal sealed class BusTap : IAsyncDisposable
{
    private const string Mark = "published-again";

    private readonly ConcurrentQueue<(string Exchange, BasicProperties Properties, byte[] Body)> _heard = new();
    private readonly SemaphoreSlim _turn = new(1);
    private readonly IConnection _connection;
    private readonly IChannel _channel;

    private BusTap(IConnection connection, IChannel channel) => (_connection, _channel) = (connection, channel);

    public int Heard => _heard.Count;

    public int PublishedAgain { get; private set; }

    /// <param name="often">How often a message is published again as soon as it was heard.</param>
    public static async Task<BusTap> OpenAsync(string broker, IEnumerable<Type> messages, Func<int> often)
    {
        var connection = await new ConnectionFactory { Uri = new Uri(broker) }.CreateConnectionAsync();
        var confirmed = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
        var tap = new BusTap(connection, await connection.CreateChannelAsync(confirmed));
        var listening = await connection.CreateChannelAsync();
        var queue = (await listening.QueueDeclareAsync()).QueueName;
        foreach (var message in messages)
        {
            await listening.QueueBindAsync(queue, $"{message.Namespace}:{message.Name}", "");
        }

        var consumer = new AsyncEventingBasicConsumer(listening);
        consumer.ReceivedAsync += (_, delivery) => tap.HearAsync(delivery, often());
        await listening.BasicConsumeAsync(queue, autoAck: true, consumer);
        return tap;
    }

    /// <summary>Everything that was heard, once more, in an order of its own.</summary>
    public async Task PublishAllAgainAsync(Random order)
    {
        var all = _heard.ToArray();
        order.Shuffle(all);
        foreach (var (exchange, properties, body) in all)
        {
            await PublishAsync(exchange, properties, body);
        }
    }

    /// <summary>True when nothing waits in the queue; what was taken may still be worked on.</summary>
    public async Task<bool> IsEmptyAsync(string queue)
    {
        await _turn.WaitAsync();
        try
        {
            return (await _channel.QueueDeclarePassiveAsync(queue)).MessageCount == 0;
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        _turn.Dispose();
    }

    private async Task HearAsync(BasicDeliverEventArgs delivery, int often)
    {
        if (delivery.BasicProperties.Headers?.ContainsKey(Mark) == true)
        {
            return;
        }

        var properties = new BasicProperties(delivery.BasicProperties);
        properties.Headers = new Dictionary<string, object?>(properties.Headers ?? new Dictionary<string, object?>()) { [Mark] = 1 };
        var body = delivery.Body.ToArray();
        _heard.Enqueue((delivery.Exchange, properties, body));
        for (var i = 0; i < often; i++)
        {
            await PublishAsync(delivery.Exchange, properties, body);
        }
    }

    private async Task PublishAsync(string exchange, BasicProperties properties, byte[] body)
    {
        await _turn.WaitAsync();
        try
        {
            await _channel.BasicPublishAsync(exchange, "", mandatory: false, properties, body);
            PublishedAgain++;
        }
        finally
        {
            _turn.Release();
        }
    }
}
