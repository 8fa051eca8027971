using MassTransit;
using TradingSystem.Contracts.Bus;

namespace TradingSystem.Execution.Prices;

public sealed class PriceTicksConsumer(PriceBook prices, IEnumerable<IPriceListener> listeners) : IConsumer<PriceTicks>
{
    public Task Consume(ConsumeContext<PriceTicks> context)
    {
        prices.Update(context.Message.Items);
        foreach (var listener in listeners)
        {
            listener.See(context.Message.Items);
        }

        return Task.CompletedTask;
    }
}
