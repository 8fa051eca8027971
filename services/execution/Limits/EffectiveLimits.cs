using System.Collections.Frozen;
using TradingSystem.Execution.Settings;

namespace TradingSystem.Execution.Limits;

/// <summary>
/// The strictest of every level's limits, as the checks read them: what is not limited is far beyond anything that can be asked for.
/// </summary>
public sealed record EffectiveLimits
{
    private const decimal NoLimit = decimal.MaxValue;

    public TimeSpan MaxDecisionAge { get; init; }

    public TimeSpan MaxPriceAge { get; init; }

    public decimal MaxLeverage { get; init; }

    public decimal EntryBandBps { get; init; } = NoLimit;

    public decimal MaxOrderQty { get; init; } = NoLimit;

    public decimal MaxOrderNotional { get; init; } = NoLimit;

    public int MaxOpenOrders { get; init; } = int.MaxValue;

    public decimal MaxPositionNotional { get; init; } = NoLimit;

    public decimal MaxSymbolNotional { get; init; } = NoLimit;

    public decimal MaxAccountNotional { get; init; } = NoLimit;

    public decimal MaxDailyLoss { get; init; } = NoLimit;

    public decimal MaxGroupDailyLoss { get; init; } = NoLimit;

    public int MaxOrdersPerMinute { get; init; } = int.MaxValue;

    public int MaxGroupOrdersPerMinute { get; init; } = int.MaxValue;

    public TimeSpan CooldownAfterLoss { get; init; }

    /// <summary>Null is everything.</summary>
    public FrozenSet<string>? Symbols { get; init; }

    public IReadOnlyList<BlackoutWindow> Blackouts { get; init; } = [];

    public bool CountsOrders => MaxOrdersPerMinute != int.MaxValue || MaxGroupOrdersPerMinute != int.MaxValue;

    /// <summary>True where anything asks for the day's PnL.</summary>
    public bool CountsLosses => MaxDailyLoss != NoLimit || MaxGroupDailyLoss != NoLimit;

    /// <summary>The options are the outermost level: nothing that is set over REST is looser than they are.</summary>
    public static EffectiveLimits Of(ExecutionOptions options, params ReadOnlySpan<RiskLimits> levels)
    {
        var result = new EffectiveLimits
        {
            MaxDecisionAge = options.MaxDecisionAge,
            MaxPriceAge = options.MaxPriceAge,
            MaxLeverage = options.MaxLeverage,
            EntryBandBps = options.EntryBandBps,
        };
        foreach (var level in levels)
        {
            result = result.And(level);
        }

        return result;
    }

    /// <summary>As a person would have set them all at one level.</summary>
    public RiskLimits AsLimits() => new()
    {
        MaxDecisionAgeS = (decimal)MaxDecisionAge.TotalSeconds,
        MaxPriceAgeS = (decimal)MaxPriceAge.TotalSeconds,
        MaxLeverage = MaxLeverage,
        EntryBandBps = Set(EntryBandBps),
        MaxOrderQty = Set(MaxOrderQty),
        MaxOrderNotional = Set(MaxOrderNotional),
        MaxOpenOrders = Set(MaxOpenOrders),
        MaxPositionNotional = Set(MaxPositionNotional),
        MaxSymbolNotional = Set(MaxSymbolNotional),
        MaxAccountNotional = Set(MaxAccountNotional),
        MaxDailyLoss = Set(MaxDailyLoss),
        MaxGroupDailyLoss = Set(MaxGroupDailyLoss),
        MaxOrdersPerMinute = Set(MaxOrdersPerMinute),
        MaxGroupOrdersPerMinute = Set(MaxGroupOrdersPerMinute),
        CooldownAfterLossS = CooldownAfterLoss == TimeSpan.Zero ? null : (int)CooldownAfterLoss.TotalSeconds,
        Symbols = Symbols is null ? null : [.. Symbols.Order(StringComparer.Ordinal)],
        Blackouts = Blackouts.Count == 0 ? null : Blackouts,
    };

    private static decimal? Set(decimal limit) => limit == NoLimit ? null : limit;

    private static int? Set(int limit) => limit == int.MaxValue ? null : limit;

    private EffectiveLimits And(RiskLimits level) => this with
    {
        MaxDecisionAge = Least(MaxDecisionAge, level.MaxDecisionAgeS),
        MaxPriceAge = Least(MaxPriceAge, level.MaxPriceAgeS),
        MaxLeverage = Least(MaxLeverage, level.MaxLeverage),
        EntryBandBps = Least(EntryBandBps, level.EntryBandBps),
        MaxOrderQty = Least(MaxOrderQty, level.MaxOrderQty),
        MaxOrderNotional = Least(MaxOrderNotional, level.MaxOrderNotional),
        MaxOpenOrders = Math.Min(MaxOpenOrders, level.MaxOpenOrders ?? int.MaxValue),
        MaxPositionNotional = Least(MaxPositionNotional, level.MaxPositionNotional),
        MaxSymbolNotional = Least(MaxSymbolNotional, level.MaxSymbolNotional),
        MaxAccountNotional = Least(MaxAccountNotional, level.MaxAccountNotional),
        MaxDailyLoss = Least(MaxDailyLoss, level.MaxDailyLoss),
        MaxGroupDailyLoss = Least(MaxGroupDailyLoss, level.MaxGroupDailyLoss),
        MaxOrdersPerMinute = Math.Min(MaxOrdersPerMinute, level.MaxOrdersPerMinute ?? int.MaxValue),
        MaxGroupOrdersPerMinute = Math.Min(MaxGroupOrdersPerMinute, level.MaxGroupOrdersPerMinute ?? int.MaxValue),
        // Here the longest is the strictest.
        CooldownAfterLoss = TimeSpan.FromSeconds(level.CooldownAfterLossS ?? 0) is var pause && pause > CooldownAfterLoss ? pause : CooldownAfterLoss,
        Symbols = level.Symbols is not { } listed ? Symbols
            : Symbols is null ? listed.ToFrozenSet(StringComparer.Ordinal)
            : listed.Where(Symbols.Contains).ToFrozenSet(StringComparer.Ordinal),
        Blackouts = level.Blackouts is { Count: > 0 } more ? [.. Blackouts, .. more] : Blackouts,
    };

    private static decimal Least(decimal held, decimal? level) => level is { } value && value < held ? value : held;

    private static TimeSpan Least(TimeSpan held, decimal? seconds) =>
        seconds is { } value && TimeSpan.FromTicks((long)(value * TimeSpan.TicksPerSecond)) is var limit && limit < held ? limit : held;
}
