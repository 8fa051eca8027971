namespace TradingSystem.Indicators;

/// <summary>Simple average and the bands around it, in the unit of the closes.</summary>
public sealed record BollingerValue(double Middle, double Upper, double Lower)
{
    /// <summary>0 on the lower band, 1 on the upper one; half when the bands have no width.</summary>
    public double PercentB(double price) => Upper > Lower ? (price - Lower) / (Upper - Lower) : 0.5;
}

/// <summary>Bands at a number of population standard deviations.</summary>
public static class Bollinger
{
    /// <summary>Null with fewer than <c>period</c> values.</summary>
    public static BollingerValue? Last(IReadOnlyList<double> closes, int period = 20, double deviations = 2)
    {
        if (closes.Count < period)
        {
            return null;
        }

        var window = closes.Skip(closes.Count - period).ToArray();
        var mean = window.Average();
        var width = deviations * Math.Sqrt(window.Sum(x => (x - mean) * (x - mean)) / period);
        return new(mean, mean + width, mean - width);
    }
}
