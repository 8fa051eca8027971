namespace TradingSystem.Venues.Instruments;

/// <summary>How the simulated exchange prices a market order.</summary>
public static class MarketFill
{
    /// <summary>Ask for a buy, bid for a sell, the last price where the feed has none; slippage on top, rounded to the tick against the trader.</summary>
    /// <param name="last">In quote currency, as <paramref name="bid"/> and <paramref name="ask"/>.</param>
    public static decimal Price(bool buy, decimal last, decimal? bid, decimal? ask, Instrument instrument, decimal slippageBps)
    {
        var reference = (buy ? ask : bid) is { } quoted and > 0m ? quoted : last;
        return Slipped(buy, reference, instrument.Tick, slippageBps);
    }

    /// <summary>The reference price worsened by slippage, on the grid and never below one tick.</summary>
    public static decimal Slipped(bool buy, decimal reference, decimal tick, decimal slippageBps)
    {
        var slipped = reference * (1m + ((buy ? slippageBps : -slippageBps) / 10_000m));
        return buy ? Sizing.RoundUp(slipped, tick) : Math.Max(tick, Sizing.RoundDown(slipped, tick));
    }

    /// <summary>Taker fee in quote currency, with no more places than the tables keep.</summary>
    public static decimal Fee(decimal qty, decimal price, decimal feeBps) => decimal.Round(qty * price * feeBps / 10_000m, InstrumentRules.Places);
}
