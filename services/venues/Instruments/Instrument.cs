namespace TradingSystem.Venues.Instruments;

/// <summary>
/// Trading rules of a USDT-margined perpetual. <c>Tick</c> and <c>MinNotional</c> are in quote currency,
/// <c>Step</c>, <c>MinQty</c> and <c>MaxMarketQty</c> in the base asset.
/// </summary>
public sealed record Instrument(string Symbol, decimal Tick, decimal Step, decimal MinQty, decimal MinNotional, decimal MaxMarketQty)
{
    /// <summary>In the base asset.</summary>
    public decimal MaxLimitQty { get; init; } = MaxMarketQty;

    /// <summary>Null where the venue does not say.</summary>
    public decimal? MaxLeverage { get; init; }

    /// <summary>What a leverage must be a multiple of: 1 for whole numbers; null where any will do.</summary>
    public decimal? LeverageStep { get; init; }

    /// <summary>Why nothing can be traded by these rules, null when they are sound.</summary>
    public string? Fault => InstrumentRules.Fault(Tick, Step, MinQty, MinNotional, MaxMarketQty, MaxLimitQty);
}
