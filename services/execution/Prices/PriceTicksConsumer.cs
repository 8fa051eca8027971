using MassTransit;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Protection;

namespace TradingSystem.Execution.Prices;

public sealed class PriceTicksConsumer(PriceBook prices, ProtectionWatch protection) : IConsumer<PriceTicks>
{
    public Task Consume(ConsumeContext<PriceTicks> context)
    {
        prices.Update(context.Message.Items);
        protection.See(context.Message.Items);
        return Task.CompletedTask;
    }
}
