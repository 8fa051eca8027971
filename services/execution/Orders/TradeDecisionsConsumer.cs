using MassTransit;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Delivery;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting.Delivery;

namespace TradingSystem.Execution.Orders;

/// <summary>Returns, and so acknowledges, when the orders are saved and announced. Delivered again, it finds them saved and announces the same.</summary>
public sealed class TradeDecisionsConsumer(DecisionLane lane, IDbContextFactory<ExecutionDb> databases, TimeProvider time) : IConsumer<TradeDecisions>
{
    public Task Consume(ConsumeContext<TradeDecisions> context)
    {
        var seenBefore = context.ReceiveContext.Redelivered || context.GetRetryAttempt() > 0;
        var worked = lane.RunAsync(Place.Of(context), new DecisionDelivery(context.Message.Items, seenBefore, context.CancellationToken));
        return context.Message.Barrier is { } command ? DrainedAsync(command, worked, context.CancellationToken) : worked;
    }

    /// <summary>The barrier went through the lane behind all that came before it, so all of that is saved and announced.</summary>
    private async Task DrainedAsync(Guid command, Task worked, CancellationToken cancellationToken)
    {
        await worked;
        await CommandRunner.DrainedAsync(databases, command, ControlStore.Micros(time.GetUtcNow()), cancellationToken);
    }
}
