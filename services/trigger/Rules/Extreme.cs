namespace TradingSystem.Trigger.Rules;

/// <summary>
/// The lowest (or the highest) of values that come in the order of their times. Only what can still become it is kept, rising (or falling) from the first: the
/// first of a later time is then the lowest since that time. Not thread-safe.
/// </summary>
internal sealed class Extreme(bool isLowest)
{
    private (long At, decimal Value)[] _kept = new (long, decimal)[8];
    private int _first;
    private int _count;

    /// <summary>Those before <paramref name="time"/> (ticks) are asked for no more.</summary>
    public void Forget(long time)
    {
        while (_count > 0 && At(0).At < time)
        {
            _first = (_first + 1) & (_kept.Length - 1);
            _count--;
        }
    }

    /// <summary>Of those at <paramref name="time"/> (ticks) and later; null where there is none above zero.</summary>
    public decimal? From(long time)
    {
        var (low, high) = (0, _count);
        if (_count > 0 && At(0).At >= time)
        {
            high = 0;
        }

        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = At(middle).At < time ? (middle + 1, high) : (low, middle);
        }

        return low < _count && At(low).Value is > 0 and var value ? value : null;
    }

    public void Add(long at, decimal value)
    {
        while (_count > 0 && At(_count - 1).Value is var last && (isLowest ? last >= value : last <= value))
        {
            _count--;
        }

        if (_count == _kept.Length)
        {
            Grow();
        }

        At(_count++) = (at, value);
    }

    private ref (long At, decimal Value) At(int offset) => ref _kept[(_first + offset) & (_kept.Length - 1)];

    private void Grow()
    {
        var more = new (long, decimal)[_kept.Length * 2];
        for (var i = 0; i < _count; i++)
        {
            more[i] = At(i);
        }

        (_kept, _first) = (more, 0);
    }
}
