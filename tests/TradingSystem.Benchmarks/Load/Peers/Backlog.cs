using RabbitMQ.Client;

namespace TradingSystem.Benchmarks.Load.Peers;

/// <summary>Ready messages over several queues, asked by passive declare: a quorum queue's own answer, not a statistic of seconds ago.</summary>
internal static class Backlog
{
    public static async Task<long> ReadAsync(string broker, IReadOnlyList<string> queues)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(broker) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        long ready = 0;
        foreach (var queue in queues)
        {
            ready += (await channel.QueueDeclarePassiveAsync(queue)).MessageCount;
        }

        return ready;
    }
}
