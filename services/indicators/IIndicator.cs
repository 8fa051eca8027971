using TradingSystem.Contracts.Bus;

namespace TradingSystem.Indicators;

/// <summary>
/// Takes the closed bars of one symbol and interval in their order, one at a time, each in a time and memory that do not grow with how many there were.
/// What it says depends on the bars alone, so bars given at once or one by one come to the same. Bars that lack between two are not its business:
/// behind a gap a new one is begun. Not thread-safe.
/// </summary>
public interface IIndicator
{
    /// <summary>Bars it takes before it says anything.</summary>
    int WarmUp { get; }

    void Add(in Bar bar);

    /// <summary>
    /// The <paramref name="output"/>th of the outputs that its <see cref="IndicatorDefinition"/> names. Null until <see cref="WarmUp"/> bars were added,
    /// a finite number ever after.
    /// </summary>
    double? this[int output] { get; }
}

public static class IndicatorExtensions
{
    /// <summary>The indicator itself, after all of <paramref name="candles"/>.</summary>
    public static T Over<T>(this T indicator, IEnumerable<Candle> candles)
        where T : IIndicator
    {
        foreach (var candle in candles)
        {
            indicator.Add(Bar.Of(candle));
        }

        return indicator;
    }
}
