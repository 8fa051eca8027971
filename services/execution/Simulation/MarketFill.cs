using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Instruments;
using TradingSystem.Execution.Positions;
using TradingSystem.Execution.Risk;

namespace TradingSystem.Execution.Simulation;

/// <summary>How the simulated exchange prices a market order.</summary>
public static class MarketFill
{
    /// <summary>Ask for a buy, bid for a sell, the last price where the feed has none; slippage on top, rounded to the tick against the trader.</summary>
    public static decimal Price(bool buy, PriceTick tick, Instrument instrument, decimal slippageBps)
    {
        var reference = (buy ? tick.Ask : tick.Bid) is { } quoted and > 0m ? quoted : tick.Price;
        return Slipped(buy, reference, instrument.Tick, slippageBps);
    }

    /// <summary>The reference price worsened by slippage, on the grid and never below one tick.</summary>
    public static decimal Slipped(bool buy, decimal reference, decimal tick, decimal slippageBps)
    {
        var slipped = reference * (1m + ((buy ? slippageBps : -slippageBps) / 10_000m));
        return buy ? Sizing.RoundUp(slipped, tick) : Math.Max(tick, Sizing.RoundDown(slipped, tick));
    }

    /// <summary>Taker fee in quote currency, with no more places than the tables keep.</summary>
    public static decimal Fee(decimal qty, decimal price, decimal feeBps) => decimal.Round(qty * price * feeBps / 10_000m, PositionMath.Places);
}
