namespace TradingSystem.Indicators;

/// <summary>
/// The highest of the last <paramref name="length"/> numbers (or, of what is given with the other sign, the lowest). Only what can still become the
/// highest is kept, so a number costs about two comparisons however long the window is.
/// </summary>
internal sealed class Extremes(int length)
{
    // A ring, falling from the first to the last.
    private readonly (long Index, double Value)[] _candidates = new (long, double)[length];
    private int _first;
    private int _count;
    private long _added;

    public bool IsFull => _added >= length;

    public double Highest => _candidates[_first].Value;

    public void Add(double value)
    {
        while (_count > 0 && _candidates[At(_count - 1)].Value <= value)
        {
            _count--;
        }

        if (_count > 0 && _candidates[_first].Index <= _added - length)
        {
            _first = At(1);
            _count--;
        }

        _candidates[At(_count++)] = (_added++, value);
    }

    private int At(int offset)
    {
        var at = _first + offset;
        return at >= length ? at - length : at;
    }
}
