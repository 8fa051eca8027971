using TradingSystem.Venues;
using TradingSystem.Venues.Instruments;
using TradingSystem.Venues.Simulated;

namespace TradingSystem.Execution.Settings;

/// <summary>
/// Bound from <c>EXECUTION__SIMULATION__…</c>: what accounts with fill model <c>exchange</c> are charged and must keep. Taker fee and slippage
/// are <see cref="ExecutionOptions"/>', which the accounts that fill at once pay, too.
/// </summary>
public sealed class SimulationOptions
{
    /// <summary>Basis points of the notional; below 0 it is earned.</summary>
    public decimal MakerFeeBps { get; set; } = 2m;

    /// <summary>Instead of the taker fee when the exchange closes a position, in basis points.</summary>
    public decimal LiquidationFeeBps { get; set; } = 50m;

    /// <summary>Between bid and ask where the feed tells neither, in basis points.</summary>
    public decimal SpreadBps { get; set; } = 1m;

    /// <summary>Part of what is traded that an account's orders may take, above 0 and at most 1: the rest of a larger one waits for the next trades.</summary>
    public decimal VolumeShare { get; set; } = 0.1m;

    /// <summary>USDT that stand before a limit order that joins the book; trades at its price use them up first.</summary>
    public decimal QueueAheadUsd { get; set; } = 10_000m;

    /// <summary>Part of the notional below which a position's margin must not fall; more where fees and slippage ask for more.</summary>
    public decimal MaintenanceRate { get; set; } = 0.004m;

    /// <summary>What longs pay to shorts at each interval, as a part of the notional; below 0 shorts pay.</summary>
    public decimal FundingRate { get; set; } = 0.0001m;

    /// <summary>By symbol, where it is another.</summary>
    public Dictionary<string, decimal> FundingRates { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Settled at its multiples since midnight UTC: with 8 h at 00:00, 08:00 and 16:00; zero for none.</summary>
    public TimeSpan FundingInterval { get; set; } = TimeSpan.FromHours(8);

    /// <exception cref="InvalidOperationException">A value is outside its bounds.</exception>
    public SimulationOptions Validated()
    {
        Require(MakerFeeBps is > -1_000m and < 1_000m, nameof(MakerFeeBps), "between -1000 and 1000");
        Require(LiquidationFeeBps is >= 0m and < 1_000m, nameof(LiquidationFeeBps), "from 0 to below 1000");
        Require(SpreadBps is >= 0m and < 1_000m, nameof(SpreadBps), "from 0 to below 1000");
        Require(VolumeShare is > 0m and <= 1m, nameof(VolumeShare), "above 0 and at most 1");
        Require(QueueAheadUsd is >= 0m and <= 1_000_000_000m, nameof(QueueAheadUsd), "from 0 to 1000000000");
        Require(MaintenanceRate is > 0m and <= 0.1m, nameof(MaintenanceRate), "above 0 and at most 0.1");
        Require(Math.Abs(FundingRate) <= 0.1m, nameof(FundingRate), "from -0.1 to 0.1");
        Require(FundingRates.Values.All(r => Math.Abs(r) <= 0.1m), nameof(FundingRates), "from -0.1 to 0.1");
        Require(
            FundingInterval == TimeSpan.Zero || (FundingInterval >= TimeSpan.FromSeconds(1) && FundingInterval <= TimeSpan.FromDays(1)),
            nameof(FundingInterval), "zero, or from 1 s to a day");
        return this;
    }

    /// <summary>What every account of the process is charged.</summary>
    public static ExchangeTerms Terms(ExecutionOptions options) => new ExchangeTerms
    {
        TakerFeeBps = options.TakerFeeBps,
        SlippageBps = options.SlippageBps,
        MakerFeeBps = options.Simulation.MakerFeeBps,
        LiquidationFeeBps = options.Simulation.LiquidationFeeBps,
        SpreadBps = options.Simulation.SpreadBps,
        VolumeShare = options.Simulation.VolumeShare,
    }.Validate();

    /// <summary>The symbol's rules as the exchange has them.</summary>
    public static SymbolTerms Terms(Instrument instrument, ExecutionOptions options)
    {
        var (terms, own) = (Terms(options), options.Simulation);
        // Leaving a position that is not yet liquidated must not cost more than is left of its margin.
        var leaving = ((terms.SpreadBps / 2m) + terms.SlippageBps + Math.Max(terms.TakerFeeBps, terms.MakerFeeBps)) / 10_000m;
        return new SymbolTerms(new VenueInstrument(
            instrument.Symbol, instrument.Symbol, instrument.Tick, instrument.Step, instrument.MinQty, instrument.MaxMarketQty, instrument.MaxMarketQty,
            instrument.MinNotional, ContractSize: 1m, options.MaxLeverage, IsTrading: true))
        {
            MaintenanceRate = Math.Max(own.MaintenanceRate, leaving * 2m),
            FundingRate = own.FundingRates.GetValueOrDefault(instrument.Symbol, own.FundingRate),
            FundingInterval = own.FundingInterval,
            QueueAheadUsd = own.QueueAheadUsd,
        }.Validate(terms);
    }

    private static void Require(bool holds, string name, string rule)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"Execution:Simulation:{name} must be {rule}.");
        }
    }
}
