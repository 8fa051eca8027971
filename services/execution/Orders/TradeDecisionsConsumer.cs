using MassTransit;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Delivery;
using TradingSystem.Hosting.Delivery;

namespace TradingSystem.Execution.Orders;

/// <summary>Returns, and so acknowledges, when the orders are saved and announced. Delivered again, it finds them saved and announces the same.</summary>
public sealed class TradeDecisionsConsumer(DecisionLane lane) : IConsumer<TradeDecisions>
{
    public Task Consume(ConsumeContext<TradeDecisions> context)
    {
        var seenBefore = context.ReceiveContext.Redelivered || context.GetRetryAttempt() > 0;
        return lane.RunAsync(Place.Of(context), new DecisionDelivery(context.Message.Items, seenBefore, context.CancellationToken));
    }
}
