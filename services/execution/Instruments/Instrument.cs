namespace TradingSystem.Execution.Instruments;

/// <summary>
/// Trading rules of a USDT-margined perpetual. <c>Tick</c> and <c>MinNotional</c> are in quote currency,
/// <c>Step</c>, <c>MinQty</c> and <c>MaxMarketQty</c> in the base asset.
/// </summary>
public sealed record Instrument(string Symbol, decimal Tick, decimal Step, decimal MinQty, decimal MinNotional, decimal MaxMarketQty)
{
    /// <summary>In the base asset.</summary>
    public decimal MaxLimitQty { get; init; } = MaxMarketQty;
}
