using MassTransit;
using TradingSystem.Contracts.Bus;

namespace TradingSystem.TradingGroup.Market;

/// <summary>Every process remembers the market and the hosted groups' positions by itself.</summary>
public sealed class MarketConsumer(CandleMemory memory, PositionMemory positions) : IConsumer<Candles>, IConsumer<CandleWindows>, IConsumer<PriceTicks>, IConsumer<EquitySnapshots>
{
    public Task Consume(ConsumeContext<Candles> context)
    {
        foreach (var candle in context.Message.Items)
        {
            memory.Add(candle);
        }

        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<CandleWindows> context)
    {
        foreach (var window in context.Message.Items)
        {
            memory.Replace(window);
        }

        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<PriceTicks> context)
    {
        foreach (var tick in context.Message.Items)
        {
            memory.Add(tick);
        }

        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<EquitySnapshots> context)
    {
        foreach (var snapshot in context.Message.Items)
        {
            positions.Add(snapshot);
        }

        return Task.CompletedTask;
    }
}
