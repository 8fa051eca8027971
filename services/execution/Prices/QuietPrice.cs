using TradingSystem.Contracts.Bus;

namespace TradingSystem.Execution.Prices;

/// <summary>
/// What may be traded on of a symbol that nobody trades just now. Its last trade is old and proves nothing; its mark price, which the same channel ticks
/// every second, says where it stands.
/// </summary>
public static class QuietPrice
{
    /// <summary>
    /// The tick as it is while its last trade is no older than <paramref name="longest"/>; else with the mark price, if that is young, in place of the last
    /// trade; null where neither is. Best bid and ask stay: the feed leaves out those that it is not sure of.
    /// </summary>
    public static PriceTick? At(PriceTick tick, DateTimeOffset now, TimeSpan longest) =>
        now - tick.ObservedAt <= longest ? tick
        : tick is { MarkPrice: { } mark and > 0m, MarkedAt: { } marked } && marked > tick.ObservedAt && now - marked <= longest
            // The market's own clock may differ from ours, but it goes on as fast.
            ? tick with { Price = mark, ObservedAt = marked, MarketTime = tick.MarketTime + (marked - tick.ObservedAt) }
        : null;
}
