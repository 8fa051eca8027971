using MassTransit;
using TradingSystem.Contracts.Bus;

namespace TradingSystem.Execution.Prices;

public sealed class PriceTicksConsumer(PriceBook prices) : IConsumer<PriceTicks>
{
    public Task Consume(ConsumeContext<PriceTicks> context)
    {
        prices.Update(context.Message.Items);
        return Task.CompletedTask;
    }
}
