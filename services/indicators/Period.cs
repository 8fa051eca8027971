namespace TradingSystem.Indicators;

/// <summary>How many bars something looks back.</summary>
internal static class Period
{
    public const int Most = 1_000;

    /// <exception cref="ArgumentOutOfRangeException">It is not 1 to <see cref="Most"/>.</exception>
    public static int Checked(int period, string name = "period") =>
        period is >= 1 and <= Most ? period : throw new ArgumentOutOfRangeException(name, period, $"must be a whole number from 1 to {Most}");
}
