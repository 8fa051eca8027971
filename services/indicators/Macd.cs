namespace TradingSystem.Indicators;

/// <summary>In the unit of the closes. <c>Histogram</c> is line minus signal.</summary>
public readonly record struct MacdValue(double Line, double Signal)
{
    public double Histogram => Line - Signal;
}

/// <summary>
/// Difference of a fast and a slow exponential average of closes, with an exponential average of itself as signal. Says nothing before the signal has
/// its whole period.
/// </summary>
public sealed class Macd : IIndicator
{
    private readonly Ema _fast;
    private readonly Ema _slow;
    private readonly Ema _signal;

    /// <exception cref="ArgumentException"><paramref name="fast"/> is not shorter than <paramref name="slow"/>, or one is not a period.</exception>
    public Macd(int fast = 12, int slow = 26, int signal = 9)
    {
        Period.Checked(fast, nameof(fast));
        Period.Checked(slow, nameof(slow));
        if (fast >= slow)
        {
            throw new ArgumentException($"macd: fast must be less than slow, got {fast} and {slow}", nameof(fast));
        }

        (_fast, _slow, _signal) = (new(fast), new(slow), new(Period.Checked(signal, nameof(signal))));
        WarmUp = slow + signal - 1;
    }

    public int WarmUp { get; }

    public MacdValue? Value { get; private set; }

    /// <summary>What it said one bar before. Null where that was nothing.</summary>
    public MacdValue? Before { get; private set; }

    public double? this[int output] => output switch { 0 => Value?.Line, 1 => Value?.Signal, _ => Value?.Histogram };

    public void Add(in Bar bar) => Add(bar.Close);

    public void Add(double close)
    {
        _fast.Add(close);
        _slow.Add(close);
        if (_fast.Value is not { } fast || _slow.Value is not { } slow)
        {
            return;
        }

        _signal.Add(fast - slow);
        if (_signal.Value is { } signal)
        {
            Before = Value;
            Value = new(fast - slow, signal);
        }
    }
}
