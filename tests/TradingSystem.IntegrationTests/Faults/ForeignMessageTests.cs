using System.Text;
using System.Text.Json.Nodes;
using MassTransit;
using NUnit.Framework;
using RabbitMQ.Client;
using TradingSystem.Contracts.Bus;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Faults;

/// <summary>What is in the queues was not always written by the services as they are.</summary>
public sealed class ForeignMessageTests
{
    private static readonly string[] Readers = ["execution-trade-decisions", "diary-events"];

    [Test]
    public async Task What_cannot_be_read_is_parked_and_envelopes_of_an_earlier_version_are_worked_off()
    {
        await using var cluster = await TradingCluster.StartAsync(distributed: true);
        var (_, token) = await cluster.AddGroupAsync("foreign");
        await using var bot = await Bot.ConnectAsync(cluster.Socket, $"trading_group_token={token}&features=orders");
        await bot.ReceiveAsync();
        await using var connection = await new ConnectionFactory { Uri = new Uri(cluster.Broker) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        var decisions = $"{typeof(TradeDecisions).Namespace}:{nameof(TradeDecisions)}";
        foreach (var contentType in new[] { "application/vnd.tradingsystem+json", "application/vnd.masstransit+json", "text/plain" })
        {
            var properties = new BasicProperties { ContentType = contentType, Headers = new Dictionary<string, object?> { [MessageHeaders.MessageType] = $"urn:message:{decisions}" } };
            await channel.BasicPublishAsync(decisions, "", mandatory: true, properties, Encoding.UTF8.GetBytes("{\"items\":[{\"id\":"));
        }

        await bot.SendAsync(Bot.Decision("LONG"));
        await FilledAsync(bot);
        foreach (var queue in Readers)
        {
            await Wait.UntilAsync($"{queue} parked what it could not read", async () =>
                (await channel.QueueDeclarePassiveAsync($"{queue}_error")).MessageCount == 3 && (await channel.QueueDeclarePassiveAsync(queue)).MessageCount == 0);
        }

        await PublishEnvelopeAsync(cluster.Broker, "before the upgrade");
        JsonObject? pushed;
        do
        {
            pushed = await bot.ReceiveAsync() ?? throw new InvalidOperationException($"closed {bot.CloseReason}");
        }
        while (pushed["title"]?.GetValue<string>() != "before the upgrade");

        await Wait.UntilAsync("the diary has it, too", async () =>
            (await cluster.ListAllAsync("/api/v1/events")).Any(e => e["title"]?.GetValue<string>() == "before the upgrade"));
    }

    private static async Task FilledAsync(Bot bot)
    {
        while (await bot.ReceiveAsync() is { } frame)
        {
            if (frame["status"]?.GetValue<string>() == "filled")
            {
                return;
            }
        }

        Assert.Fail($"closed {bot.CloseReason}");
    }

    /// <summary>As the bus wrote it by default.</summary>
    private static async Task PublishEnvelopeAsync(string broker, string title)
    {
        var bus = MassTransit.Bus.Factory.CreateUsingRabbitMq(configurator => configurator.Host(new Uri(broker)));
        await bus.StartAsync();
        try
        {
            var signal = new ImmediateEvent(Guid.NewGuid(), "trigger", 5, ["*"], title, "{}", [], null, null, TimeProvider.System.GetUtcNow(), null);
            await bus.Publish(new ImmediateEvents([signal]));
        }
        finally
        {
            await bus.StopAsync();
        }
    }
}
