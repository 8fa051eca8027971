using MassTransit;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Exits;
using TradingSystem.Execution.Protection;
using TradingSystem.Execution.Simulation;

namespace TradingSystem.Execution.Prices;

public sealed class PriceTicksConsumer(PriceBook prices, ProtectionWatch protection, ExitWatch exits, VenuePrices venues) : IConsumer<PriceTicks>
{
    public Task Consume(ConsumeContext<PriceTicks> context)
    {
        prices.Update(context.Message.Items);
        protection.See(context.Message.Items);
        exits.See(context.Message.Items);
        venues.See(context.Message.Items);
        return Task.CompletedTask;
    }
}
