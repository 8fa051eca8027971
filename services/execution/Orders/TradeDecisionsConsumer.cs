using MassTransit;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Equity;
using TradingSystem.Hosting;

namespace TradingSystem.Execution.Orders;

/// <summary>Saves, announces, returns. Delivered again, it finds everything saved and announces the same.</summary>
public sealed class TradeDecisionsConsumer(DecisionProcessor processor, IDurablePublisher publisher, EquityReporter equity) : IConsumer<TradeDecisions>
{
    public async Task Consume(ConsumeContext<TradeDecisions> context)
    {
        var orders = await processor.ProcessAsync(context.Message.Items, context.CancellationToken);
        await publisher.PublishOrThrowAsync<OrderUpdate>([.. orders.SelectMany(OrderAnnouncements.Of)], context.CancellationToken);
        equity.Wake();
    }
}
