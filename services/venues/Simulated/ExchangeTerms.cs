namespace TradingSystem.Venues.Simulated;

/// <summary>What the simulated exchange charges and how much it lets an account take. Basis points are of the notional.</summary>
public sealed record ExchangeTerms
{
    public decimal TakerFeeBps { get; init; } = 5m;

    public decimal MakerFeeBps { get; init; } = 2m;

    /// <summary>Between bid and ask where the feed tells neither.</summary>
    public decimal SpreadBps { get; init; } = 1m;

    /// <summary>What a taker loses beyond the spread.</summary>
    public decimal SlippageBps { get; init; } = 1m;

    /// <summary>Instead of the taker fee, when the exchange closes a position.</summary>
    public decimal LiquidationFeeBps { get; init; } = 50m;

    /// <summary>Part of what was traded in a candle or trade that the account may have been the other side of, above 0 and at most 1.</summary>
    public decimal VolumeShare { get; init; } = 0.1m;

    /// <exception cref="ArgumentException">A value is outside its bounds.</exception>
    public ExchangeTerms Validate()
    {
        Require(TakerFeeBps is >= 0m and < 1_000m && MakerFeeBps is > -1_000m and < 1_000m && LiquidationFeeBps is >= 0m and < 1_000m, "fees below 1000 bps");
        Require(SpreadBps is >= 0m and < 1_000m && SlippageBps is >= 0m and < 1_000m, "spread and slippage from 0 to below 1000 bps");
        Require(VolumeShare is > 0m and <= 1m, "a volume share above 0 and at most 1");
        return this;
    }

    private static void Require(bool holds, string rule)
    {
        if (!holds)
        {
            throw new ArgumentException($"The simulated exchange needs {rule}.");
        }
    }
}

/// <summary>A symbol's rules and costs of holding it.</summary>
public sealed record SymbolTerms(VenueInstrument Instrument)
{
    /// <summary>Part of the notional that must be left of the margin; below it the position is liquidated.</summary>
    public decimal MaintenanceRate { get; init; } = 0.004m;

    /// <summary>What longs pay to shorts at each interval, as a part of the notional; below 0 shorts pay.</summary>
    public decimal FundingRate { get; init; }

    /// <summary>Settled at its multiples: with 8 h at 00:00, 08:00 and 16:00 UTC; zero for none.</summary>
    public TimeSpan FundingInterval { get; init; } = TimeSpan.FromHours(8);

    /// <summary>Base asset that stands before an order that joins the book at its price.</summary>
    public decimal QueueAhead { get; init; }

    /// <summary>The same in quote currency, beside it: what stands at a price is much the same money for every symbol.</summary>
    public decimal QueueAheadUsd { get; init; }

    /// <summary>Base asset that stands before an order at this price; none before one without a price.</summary>
    public decimal Queue(decimal? price) => price is > 0m ? QueueAhead + (QueueAheadUsd / price.Value) : 0m;

    /// <exception cref="ArgumentException">A value is outside its bounds.</exception>
    public SymbolTerms Validate(ExchangeTerms terms)
    {
        if (Instrument.Tick <= 0m || Instrument.Step <= 0m || QueueAhead < 0m || QueueAheadUsd < 0m || FundingInterval < TimeSpan.Zero || Math.Abs(FundingRate) >= 1m)
        {
            throw new ArgumentException($"The terms of {Instrument.Symbol} are not ones that can be traded on.");
        }

        // Otherwise leaving a position that is not yet liquidated could cost more than is left of its margin.
        var leaving = ((terms.SpreadBps / 2m) + terms.SlippageBps + Math.Max(terms.TakerFeeBps, terms.MakerFeeBps)) / 10_000m;
        return MaintenanceRate > leaving && MaintenanceRate < 1m ? this
            : throw new ArgumentException($"The maintenance rate of {Instrument.Symbol} must be above {leaving} and below 1.");
    }
}
