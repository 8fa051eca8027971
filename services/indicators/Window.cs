namespace TradingSystem.Indicators;

/// <summary>
/// The last <paramref name="length"/> numbers. Each is kept twice, a length apart, so that they always lie in one piece, oldest first: what is computed
/// from them then depends on nothing before them, and no rounding adds up over a long run.
/// </summary>
internal sealed class Window(int length)
{
    private readonly double[] _values = new double[2 * length];
    private int _next;
    private int _count;

    public bool IsFull => _count == length;

    /// <summary>Oldest first.</summary>
    public ReadOnlySpan<double> Values => IsFull ? _values.AsSpan(_next, length) : _values.AsSpan(0, _count);

    public void Add(double value)
    {
        _values[_next] = value;
        _values[_next + length] = value;
        _next = _next + 1 == length ? 0 : _next + 1;
        _count = Math.Min(_count + 1, length);
    }

    /// <summary>
    /// Added up in one fixed order, whatever the processor, in four sums that do not wait for each other; and as distances from the oldest, so that the
    /// mean of equal numbers is that number exactly, and a market that stands still crosses nothing.
    /// </summary>
    public double Mean()
    {
        var values = Values;
        var origin = values[0];
        double a = 0, b = 0, c = 0, d = 0;
        var i = 0;
        for (; i + 4 <= values.Length; i += 4)
        {
            a += values[i] - origin;
            b += values[i + 1] - origin;
            c += values[i + 2] - origin;
            d += values[i + 3] - origin;
        }

        for (; i < values.Length; i++)
        {
            a += values[i] - origin;
        }

        return origin + ((a + b + (c + d)) / values.Length);
    }

    /// <summary>Of the whole window (not of a sample): the divisor is how many there are.</summary>
    public double Deviation(double mean)
    {
        var values = Values;
        double even = 0, odd = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var away = values[i] - mean;
            if ((i & 1) == 0)
            {
                even += away * away;
            }
            else
            {
                odd += away * away;
            }
        }

        return Math.Sqrt((even + odd) / values.Length);
    }
}
