namespace TradingSystem.Indicators;

/// <summary>An exponential moving average that goes on from value to value, begun with the first one; exact, in the unit of its values.</summary>
public sealed class RunningEma(int period)
{
    private readonly decimal _weight = 2m / (period + 1);
    private bool _hasBegun;

    /// <summary>Of all values since the last <see cref="Reset"/>; what it was before, until there is one.</summary>
    public decimal Value { get; private set; }

    public void Add(decimal value)
    {
        Value = _hasBegun ? Value + (_weight * (value - Value)) : value;
        _hasBegun = true;
    }

    /// <summary>The next value begins it anew.</summary>
    public void Reset() => _hasBegun = false;
}
