using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting;

namespace TradingSystem.Trigger.Rules;

internal static class Figures
{
    private const double Largest = 1e27;

    /// <summary>The close for people, as fine as the bar's prices are quoted.</summary>
    public static string Close(Candle candle) => Digits.Of(candle.Close, Digits.Places(candle.Open, candle.High, candle.Low, candle.Close));

    /// <summary>Reads one of <see cref="RuleWords.MarkFields"/> off a candle, null where it is not known; null for another field.</summary>
    public static Func<Candle, decimal?>? Marked(string field) => field switch
    {
        RuleWords.MarkPrice => c => c.MarkPrice,
        RuleWords.FundingRate => c => c.FundingRate,
        _ => null,
    };

    /// <summary>What was computed from prices, to 8 places and no fewer than 8 digits; null for what is not known, or larger than a decimal can be.</summary>
    public static decimal? Computed(double? value) =>
        value is { } number && Math.Abs(number) < Largest ? Digits.Round((decimal)number, places: 8, significant: 8) : null;
}
