namespace TradingSystem.Execution.Settings;

/// <summary>Bound from <c>EXECUTION__…</c>; the defaults are what a simulated account starts with.</summary>
public sealed class ExecutionOptions
{
    /// <summary>A decision older than this is not traded.</summary>
    public TimeSpan MaxDecisionAge { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A price that was observed longer ago than this is not traded on.</summary>
    public TimeSpan MaxPriceAge { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a market feed that was told to live is taken for alive; it is told every second. Longer ago, nothing is entered: whoever would say that it
    /// died may have died with it.
    /// </summary>
    public TimeSpan MaxFeedAge { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a decision may wait for a fresh price; six times as long just after a start, before any price was heard.</summary>
    public TimeSpan PriceWait { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Slippage of a simulated market order, in basis points against the trader.</summary>
    public decimal SlippageBps { get; set; } = 1m;

    /// <summary>Taker fee in basis points of the notional.</summary>
    public decimal TakerFeeBps { get; set; } = 5m;

    /// <summary>How the accounts that new groups begin with are filled: <c>instant</c> or <c>exchange</c>.</summary>
    public string FillModel { get; set; } = FillModels.Instant;

    /// <summary>What the simulated exchange charges and demands, beyond fee and slippage.</summary>
    public SimulationOptions Simulation { get; set; } = new();

    /// <summary>Cash of a new simulated account in USDT.</summary>
    public decimal InitialBalance { get; set; } = 1_000_000m;

    public decimal MaxLeverage { get; set; } = 125m;

    /// <summary>How far the price may be off a decision's <c>entry</c>, in basis points of the entry; limits over REST can only be stricter.</summary>
    public decimal EntryBandBps { get; set; } = 500m;

    /// <summary>What is done about a position that stands without the protection it was opened with: <c>restore</c> or <c>flatten</c>.</summary>
    public string NakedPolicy { get; set; } = "restore";

    /// <summary>How long a position may stand so before something is done.</summary>
    public TimeSpan NakedGrace { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How often accounts with open positions announce their equity.</summary>
    public TimeSpan EquityInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Seconds between two comparisons of an account with its venue; at least 30.</summary>
    public int OrderSyncIntervalS { get; set; } = 60;

    public ExecutionOptions Validated()
    {
        Require(MaxDecisionAge > TimeSpan.Zero, nameof(MaxDecisionAge), "positive");
        Require(MaxPriceAge > TimeSpan.Zero, nameof(MaxPriceAge), "positive");
        Require(MaxFeedAge >= TimeSpan.FromSeconds(2), nameof(MaxFeedAge), "at least 2 s");
        Require(PriceWait >= TimeSpan.Zero, nameof(PriceWait), "zero or more");
        Require(SlippageBps is >= 0m and < 1_000m, nameof(SlippageBps), "from 0 to below 1000");
        Require(TakerFeeBps is >= 0m and < 1_000m, nameof(TakerFeeBps), "from 0 to below 1000");
        Require(FillModels.All.Contains(FillModel), nameof(FillModel), "instant or exchange");
        _ = Simulation.Validated();
        Require(InitialBalance is > 0m and <= 10_000_000_000m, nameof(InitialBalance), "positive and at most 1e10");
        Require(MaxLeverage is >= 1m and <= 1_000m, nameof(MaxLeverage), "from 1 to 1000");
        Require(EntryBandBps is > 0m and <= 1_000_000m, nameof(EntryBandBps), "positive and at most 1e6");
        Require(NakedPolicy is "restore" or "flatten", nameof(NakedPolicy), "restore or flatten");
        Require(NakedGrace >= TimeSpan.Zero && NakedGrace <= TimeSpan.FromMinutes(5), nameof(NakedGrace), "from 0 to 5 min");
        Require(EquityInterval >= TimeSpan.FromMilliseconds(100), nameof(EquityInterval), "at least 100 ms");
        Require(OrderSyncIntervalS >= 30, nameof(OrderSyncIntervalS), "at least 30");
        return this;
    }

    private static void Require(bool holds, string name, string rule)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"Execution:{name} must be {rule}.");
        }
    }
}
