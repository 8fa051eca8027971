namespace TradingSystem.Trigger.Market;

/// <summary>What there is to say of a symbol beside its price and candles.</summary>
/// <param name="Quiet">Nobody has traded it for a while on a feed that lives; no fault, and nothing is refused for it.</param>
/// <param name="TradedAt">The wall clock at which its last trade was seen; null before the first.</param>
/// <param name="MarkPrice">What the exchange values positions at, in quote currency; null where the feed does not tell it.</param>
/// <param name="MarkedAt">The wall clock at which that was seen.</param>
/// <param name="FundingRate">Of the next settlement, as a part of the notional (0.0001 is one basis point); null where the feed does not tell it.</param>
/// <param name="NextFundingAt">When that is settled; null where the feed does not tell it.</param>
/// <param name="LateTrades">How many trades since the start came after their bar had closed. They are in no bar.</param>
public sealed record SymbolState(
    string Symbol,
    bool Quiet,
    DateTimeOffset? TradedAt,
    decimal? MarkPrice,
    DateTimeOffset? MarkedAt,
    decimal? FundingRate,
    DateTimeOffset? NextFundingAt,
    long LateTrades)
{
    internal static SymbolState Of(SymbolMarket one, bool isQuiet)
    {
        var state = new SymbolState(one.Symbol, isQuiet, one.Price.Tick?.ObservedAt, null, null, null, null, one.LateTrades);
        return one.Price.Marked is not { } marked ? state
            : state with
            {
                MarkPrice = marked.Mark.Price,
                MarkedAt = marked.At,
                FundingRate = marked.Mark.FundingRate,
                NextFundingAt = marked.Mark.NextFundingAt,
            };
    }
}
