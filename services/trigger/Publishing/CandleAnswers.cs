using MassTransit;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Trigger.Market;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Publishing;

/// <summary>Answers who asks for candles, once there is a market.</summary>
public sealed class CandleAnswers(MarketState market, StoredCandles candles) : IConsumer<CandlesQuestion>
{
    public async Task Consume(ConsumeContext<CandlesQuestion> context)
    {
        if (market.Status is not { } status)
        {
            return;
        }

        var (id, symbol, interval, count) = context.Message;
        var lacks = !status.Symbols.Contains(symbol) ? $"the market has no {symbol}: it has {string.Join(", ", status.Symbols)}"
            : !market.Intervals.Contains(interval) ? $"the market has no {interval} of {symbol}: it has {string.Join(", ", market.Intervals)}"
            : null;
        var found = lacks is null ? await candles.NewestAsync(symbol, interval, Math.Min(count, MarketFeature.MaxCandles), DateTimeOffset.MaxValue, context.CancellationToken) : [];
        await context.Publish(new CandlesAnswer(id, symbol, interval, found, lacks), context.CancellationToken);
    }
}
