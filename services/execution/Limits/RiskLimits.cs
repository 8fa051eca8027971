namespace TradingSystem.Execution.Limits;

/// <summary>
/// Limits as a person set them for the system, an account or a group. What is null is not limited there; of all that are, the
/// strictest counts. Money in quote currency (USDT), quantities in the base asset, notionals at the last price.
/// </summary>
public sealed record RiskLimits
{
    public static readonly RiskLimits None = new();

    /// <summary>Seconds after which a decision is not traded.</summary>
    public decimal? MaxDecisionAgeS { get; init; }

    /// <summary>Seconds after which a price is not traded on.</summary>
    public decimal? MaxPriceAgeS { get; init; }

    /// <summary>How far the price may be off the decision's <c>entry</c>, in basis points of the entry.</summary>
    public decimal? EntryBandBps { get; init; }

    public decimal? MaxOrderQty { get; init; }

    public decimal? MaxOrderNotional { get; init; }

    public decimal? MaxLeverage { get; init; }

    /// <summary>Orders of the group that rest at the venue; 0 lets none rest and so none in.</summary>
    public int? MaxOpenOrders { get; init; }

    /// <summary>The group's position in one symbol.</summary>
    public decimal? MaxPositionNotional { get; init; }

    /// <summary>All groups' positions of the account in one symbol; opposite ones do not cancel out.</summary>
    public decimal? MaxSymbolNotional { get; init; }

    /// <summary>All positions of the account; opposite ones do not cancel out.</summary>
    public decimal? MaxAccountNotional { get; init; }

    /// <summary>What the account may lose in a UTC day: realised and unrealised PnL, and fees.</summary>
    public decimal? MaxDailyLoss { get; init; }

    /// <summary>The same for the group's part of the account.</summary>
    public decimal? MaxGroupDailyLoss { get; init; }

    /// <summary>Orders of the account in any 60 seconds; the group that exceeds it may only reduce until a person re-enables it.</summary>
    public int? MaxOrdersPerMinute { get; init; }

    /// <summary>The same for the group's own orders.</summary>
    public int? MaxGroupOrdersPerMinute { get; init; }

    /// <summary>Seconds after a losing trade in which the group may only reduce.</summary>
    public int? CooldownAfterLossS { get; init; }

    /// <summary>What may be traded; null is everything that has an instrument.</summary>
    public IReadOnlyList<string>? Symbols { get; init; }

    /// <summary>Times in which the group may only reduce.</summary>
    public IReadOnlyList<BlackoutWindow>? Blackouts { get; init; }
}
