using MassTransit;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting.Delivery;

namespace TradingSystem.Execution.Decisions;

/// <summary>A command's barrier came: all that was accepted before it is saved and announced.</summary>
public delegate Task BarrierCame(Guid command, CancellationToken cancellationToken);

/// <summary>Returns, and so acknowledges, when the orders are saved and announced. Delivered again, it finds them saved and announces the same.</summary>
public sealed class TradeDecisionsConsumer(DecisionLane lane, BarrierCame barrier) : IConsumer<TradeDecisions>
{
    public Task Consume(ConsumeContext<TradeDecisions> context)
    {
        var seenBefore = context.ReceiveContext.Redelivered || context.GetRetryAttempt() > 0;
        var worked = lane.RunAsync(Place.Of(context), new DecisionDelivery(context.Message.Items, seenBefore, context.CancellationToken));
        return context.Message.Barrier is { } command ? DrainedAsync(command, worked, context.CancellationToken) : worked;
    }

    private async Task DrainedAsync(Guid command, Task worked, CancellationToken cancellationToken)
    {
        await worked;
        await barrier(command, cancellationToken);
    }
}
