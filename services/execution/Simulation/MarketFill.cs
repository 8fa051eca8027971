using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Instruments;
using TradingSystem.Execution.Risk;

namespace TradingSystem.Execution.Simulation;

/// <summary>How the simulated exchange prices a market order.</summary>
public static class MarketFill
{
    /// <summary>Ask for a buy, bid for a sell, the last price where the feed has none; slippage on top, rounded to the tick against the trader.</summary>
    public static decimal Price(bool buy, PriceTick tick, Instrument instrument, decimal slippageBps)
    {
        var reference = (buy ? tick.Ask : tick.Bid) is { } quoted and > 0m ? quoted : tick.Price;
        var slipped = reference * (1m + ((buy ? slippageBps : -slippageBps) / 10_000m));
        return buy ? Sizing.RoundUp(slipped, instrument.Tick) : Math.Max(instrument.Tick, Sizing.RoundDown(slipped, instrument.Tick));
    }

    /// <summary>Taker fee in quote currency.</summary>
    public static decimal Fee(decimal qty, decimal price, decimal feeBps) => qty * price * feeBps / 10_000m;
}
