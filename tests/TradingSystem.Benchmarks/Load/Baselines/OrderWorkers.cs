using System.Threading.Channels;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace TradingSystem.Benchmarks.Load.Baselines;

/// <summary>One INSERT per order. A group's decisions stay with one worker, so that a CLOSE never overtakes its LONG.</summary>
internal sealed class OrderWorkers
{
    private const int Workers = 16;

    private readonly NpgsqlDataSource _database;
    private readonly TimeProvider _time;
    private readonly Func<OrderUpdate, ValueTask> _publish;
    private readonly Book _book = new();
    private readonly Channel<(IChannel Channel, ulong Tag, Decision Decision)>[] _work;

    public OrderWorkers(NpgsqlDataSource database, TimeProvider time, Func<OrderUpdate, ValueTask> publish)
    {
        _database = database;
        _time = time;
        _publish = publish;
        _work = [.. Enumerable.Range(0, Workers).Select(_ => Channel.CreateUnbounded<(IChannel, ulong, Decision)>(new UnboundedChannelOptions { SingleReader = true }))];
        foreach (var work in _work)
        {
            _ = RunAsync(work.Reader);
        }
    }

    public static async Task CreateTableAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("""
            create table if not exists public.plain_orders (
                id uuid primary key,
                decision_id uuid not null unique,
                group_name text not null,
                symbol text not null,
                side text not null,
                status text not null,
                qty numeric(38,18) not null,
                price numeric(38,18) not null,
                fee numeric(38,18) not null,
                payload text not null,
                created_at timestamptz not null)
            """);
        await command.ExecuteNonQueryAsync();
    }

    public ValueTask AcceptAsync(IChannel channel, BasicDeliverEventArgs delivery)
    {
        var decision = Json.Read<Decision>(delivery.Body.Span);
        var worker = (uint)string.GetHashCode(decision.Group, StringComparison.Ordinal) % Workers;
        return _work[worker].Writer.WriteAsync((channel, delivery.DeliveryTag, decision));
    }

    private async Task RunAsync(ChannelReader<(IChannel Channel, ulong Tag, Decision Decision)> work)
    {
        await foreach (var (channel, tag, decision) in work.ReadAllAsync())
        {
            var update = _book.Fill(decision, _time.GetUtcNow());
            await InsertAsync(decision, update);
            await _publish(update);
            await channel.BasicAckAsync(tag, multiple: false);
        }
    }

    private async Task InsertAsync(Decision decision, OrderUpdate order)
    {
        await using var connection = await _database.OpenConnectionAsync();
        await using var command = new NpgsqlCommand("insert into public.plain_orders values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing", connection);
        foreach (var value in new object[] { order.OrderId, order.DecisionId, order.Group, order.Symbol, order.Side, order.Status, order.Qty, order.AvgPrice, order.Fee, decision.Payload, order.CreatedAt })
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        await command.PrepareAsync();
        await command.ExecuteNonQueryAsync();
    }
}
