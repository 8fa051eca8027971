using MassTransit;
using TradingSystem.Contracts.Bus;

namespace TradingSystem.Execution.Prices;

/// <summary>The market as execution hears it, on one queue: prices, and whether their feed lives.</summary>
public sealed class PricesConsumer(PriceBook prices, FeedLife feed, IEnumerable<IPriceListener> listeners) : IConsumer<PriceTicks>, IConsumer<MarketStatus>
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

    public Task Consume(ConsumeContext<MarketStatus> context)
    {
        feed.Hear(context.Message);
        return Task.CompletedTask;
    }
}
