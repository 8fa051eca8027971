namespace TradingSystem.TradingGroup.Settings;

/// <summary>Bound from <c>TRADINGGROUP__…</c>. Percentages are 0 to 100.</summary>
public sealed class TradingGroupOptions
{
    /// <summary>Below it the leader does not trade.</summary>
    public decimal MinConfidencePct { get; set; } = 60m;

    /// <summary>From it on a reversal flips the position; below it the position is only closed.</summary>
    public decimal FlipConfidencePct { get; set; } = 70m;

    /// <summary>
    /// Closed candles that opinions rest on: always the newest so many of the group's own interval, without a gap; fewer are no data. Smoothed
    /// indicators begin anew with the first of them, so their values depend on this number and on nothing else that happens to be remembered.
    /// After a hundred a MACD of 26 still has a third of a percent of its beginning in it.
    /// </summary>
    public int Candles { get; set; } = 100;

    /// <summary>An event that waited longer is not discussed any more: its market is gone.</summary>
    public TimeSpan MaxEventAge { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest time for one discussion, with saving and publishing.</summary>
    public TimeSpan Deadline { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a discussion waits for the candle that its event speaks of.</summary>
    public TimeSpan CandleWait { get; set; } = TimeSpan.FromMilliseconds(800);

    /// <summary>Groups that discuss at a time in one process.</summary>
    public int MaxParallel { get; set; } = 8;

    /// <summary>A price seen longer ago is no basis for a trade.</summary>
    public TimeSpan MaxPriceAge { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a decision may be executed.</summary>
    public TimeSpan DecisionValidity { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Distance of the stop in average true ranges.</summary>
    public double StopAtr { get; set; } = 1.5;

    /// <summary>Distance of the target, as a multiple of the stop's.</summary>
    public double RewardRatio { get; set; } = 1.8;

    /// <summary>Least distance of the stop, so that fees and spread alone cannot reach it.</summary>
    public double MinStopPct { get; set; } = 0.3;

    /// <summary>A last bar of this many average true ranges is a spike, which risk vetoes.</summary>
    public double SpikeAtr { get; set; } = 5;

    internal TradingGroupOptions Validated()
    {
        Require(MinConfidencePct is >= 0 and <= 100, "MinConfidencePct must be 0 to 100");
        Require(FlipConfidencePct >= MinConfidencePct && FlipConfidencePct <= 100, "FlipConfidencePct must be MinConfidencePct to 100");
        Require(Candles is >= 35 and <= 120, "Candles must be 35, which MACD 12/26/9 needs, to 120, which are told to a process that starts");
        Require(MaxEventAge > TimeSpan.Zero && MaxPriceAge > TimeSpan.Zero && DecisionValidity > TimeSpan.Zero, "ages must be positive");
        Require(Deadline > CandleWait && CandleWait >= TimeSpan.Zero, "Deadline must exceed CandleWait");
        Require(MaxParallel is >= 1 and <= 256, "MaxParallel must be 1 to 256");
        Require(StopAtr > 0 && RewardRatio > 0 && MinStopPct > 0 && SpikeAtr > 1, "StopAtr, RewardRatio, MinStopPct must be positive, SpikeAtr above 1");
        return this;
    }

    private static void Require(bool holds, string rule)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"TradingGroup: {rule}.");
        }
    }
}
