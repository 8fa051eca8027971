using static TradingSystem.Contracts.Wire.Documents.Field;
using static TradingSystem.Contracts.Wire.Documents.ServerReplies;

namespace TradingSystem.Contracts.Wire.Documents;

/// <summary>What groups get of their market with the feature <c>market</c>.</summary>
internal static class MarketPushes
{
    public static IEnumerable<FrameShape> Of(Dialect dialect)
    {
        var examples = new ServerExamples(dialect);
        yield return Frame(
            dialect, Replies.MarketWriter.Candle, "A closed candle",
            "With `market`: each bar of the group's symbol and interval as it closes, and before them the history that `candles` asks for. A bar that is told again replaces the one of its `open_time`; one that was missed may come later than its successor.",
            [
                Must("symbol", Value.AnyText, "The group's."),
                Must("interval", Value.AnyText, "The group's."),
                Must("open_time", Value.Time, "Market time; a replay's is in the past."),
                Must("open", Value.Number, "In quote currency."),
                Must("high", Value.Number, ""),
                Must("low", Value.Number, ""),
                Must("close", Value.Number, ""),
                Must("volume", Value.Number, "In the base asset."),
                Must("closed", Value.Const(true), "A bar that still moves is not sent."),
            ],
            examples.Candle);
        yield return Frame(
            dialect, Replies.MarketWriter.Price, "The latest price",
            "With `market`, at most once a pace: whatever came in between is left out, the newest never is.",
            [
                Must("symbol", Value.AnyText, "The group's."),
                Must("price", Value.Number, "The last trade, in quote currency."),
                May("bid", Value.Number, "The best bid; absent where the market does not tell it."),
                May("ask", Value.Number, "The best ask; absent where the market does not tell it."),
                May("mark_price", Value.Number, "What the exchange values positions at; absent where the market does not tell it."),
                Must("market_time", Value.Time, "The market's own; a replay's is in the past."),
                Must("observed_at", Value.Time, "The wall clock at which this system saw it: what its age is measured by."),
            ],
            examples.Price);
        yield return Frame(
            dialect, Replies.MarketWriter.CandlesEnd, "The end of the history",
            "With `candles`, once behind the history, and again if that has to be told anew: the group got another symbol or interval, the market another source, or it can be had only now.",
            [
                Must("symbol", Value.AnyText, ""),
                Must("interval", Value.AnyText, ""),
                Must("count", Value.Whole(0), "How many candles of history came before it."),
                Must(
                    "complete", Value.Flag,
                    "true: as many as were asked for, or all there are. false: the market did not answer in time; what is there comes, the rest with another history."),
                May("note", Value.AnyText, "Why there are none, e.g. which intervals the market has."),
            ],
            examples.CandlesEnd);
    }

    private static FrameShape Frame(Dialect dialect, string type, string title, string summary, Field[] fields, byte[][] examples) =>
        Shape(
            dialect, type.Replace('_', '-'), title, summary,
            [Must(Discriminator(dialect), Value.Const(type), ""), .. dialect == Dialect.Kind ? [Must("payload", Value.Object(fields), "")] : fields],
            examples);
}
