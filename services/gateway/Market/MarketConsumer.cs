using MassTransit;
using TradingSystem.Contracts.Bus;

namespace TradingSystem.Gateway.Market;

/// <summary>The market as the bus tells it, on one queue so that it keeps its order.</summary>
public sealed class MarketConsumer(MarketFeeds market, CandleQuestions questions)
    : IConsumer<PriceTicks>, IConsumer<Candles>, IConsumer<CandleWindows>, IConsumer<MarketStatus>, IConsumer<CandlesAnswer>
{
    public Task Consume(ConsumeContext<PriceTicks> context) => Each(context.Message.Items, market.Put);

    public Task Consume(ConsumeContext<Candles> context) => Each(context.Message.Items, market.Put);

    public Task Consume(ConsumeContext<CandleWindows> context) => Each(context.Message.Items, market.Put);

    public Task Consume(ConsumeContext<MarketStatus> context)
    {
        market.Put(context.Message);
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<CandlesAnswer> context)
    {
        questions.Answered(context.Message);
        return Task.CompletedTask;
    }

    private static Task Each<TItem>(IReadOnlyList<TItem> items, Action<TItem> put)
    {
        foreach (var item in items)
        {
            put(item);
        }

        return Task.CompletedTask;
    }
}
