using System.Globalization;
using TradingSystem.Contracts.Bus;

namespace TradingSystem.Trigger.Rules;

/// <summary>
/// True at the close that is so many per cent from the lowest or the highest within a time. Computed exactly, for it is compared with a threshold that
/// people round. A time has its ends whatever lies between, so what it has seen goes on over a gap.
/// </summary>
internal sealed class Movement(string path, string field, string op, decimal by, TimeSpan within) : Condition
{
    private readonly Extreme? _lows = op == RuleWords.Falls ? null : new(isLowest: true);
    private readonly Extreme? _highs = op == RuleWords.Rises ? null : new(isLowest: false);
    private readonly Func<Candle, decimal?> _field = FieldOf(field);
    private decimal? _value;

    // What the last close was measured from; null where there is nothing that a part can be taken of.
    private decimal? _low;
    private decimal? _high;
    private bool? _found;

    public override bool IsMoment => true;

    public override string? Direction => _found == true ? Change() > 0 ? RuleWords.Up : RuleWords.Down : null;

    public override decimal? ChangePct => _found == true ? Change() : null;

    public override bool? Look(in Close close)
    {
        _value = _field(close.Candle);
        if (_value is not { } value)
        {
            (_low, _high) = (null, null);
            return _found = Say(null);
        }

        var (at, since) = (close.At.UtcTicks, close.At.UtcTicks - within.Ticks);
        (_low, _high) = (_lows?.Since(since), _highs?.Since(since));
        // Without a division: it is what costs, and most closes are no movement.
        var up = _low is { } low ? (value - low) * 100 >= by * low : (bool?)null;
        var down = _high is { } high ? (high - value) * 100 >= by * high : (bool?)null;
        _found = Say(_lows is null ? down : _highs is null ? up : up | down);
        if (_found == true)
        {
            // It is told once; the next one is measured from here.
            _lows?.Clear();
            _highs?.Clear();
        }

        _lows?.Add(at, value);
        _highs?.Add(at, value);
        return _found;
    }

    public override void Tell(List<ClauseReading> clauses) => clauses.Add(new(
        path, field, _value, op, string.Create(CultureInfo.InvariantCulture, $"{by} % within {within.TotalSeconds} s"), Rounded(Change()), _found));

    /// <summary>In per cent, the way that it went farther; null where it cannot be said.</summary>
    private decimal? Change()
    {
        var up = _low is { } low ? (_value - low) * 100 / low : null;
        var down = _high is { } high ? (_value - high) * 100 / high : null;
        return down is null || up >= -down ? up : down;
    }

    private static decimal? Rounded(decimal? change) => change is { } value ? Math.Round(value, 4) : null;

    private static Func<Candle, decimal?> FieldOf(string field) => Figures.Marked(field) ?? field switch
    {
        "open" => c => c.Open,
        "high" => c => c.High,
        "low" => c => c.Low,
        "typical" => c => (c.High + c.Low + c.Close) / 3,
        "volume" => c => c.Volume,
        _ => c => c.Close,
    };

    /// <summary>
    /// The lowest (or the highest) of values that come in the order of their times. Only what can still become it is kept, rising (or falling) from the first.
    /// </summary>
    private sealed class Extreme(bool isLowest)
    {
        private (long At, decimal Value)[] _kept = new (long, decimal)[8];
        private int _first;
        private int _count;

        /// <summary>Of those since a time; null where there is none above zero. Those before are forgotten.</summary>
        public decimal? Since(long time)
        {
            while (_count > 0 && _kept[_first].At < time)
            {
                _first = (_first + 1) & (_kept.Length - 1);
                _count--;
            }

            return _count > 0 && _kept[_first].Value is > 0 and var value ? value : null;
        }

        public void Add(long at, decimal value)
        {
            while (_count > 0 && Last().Value is var last && (isLowest ? last >= value : last <= value))
            {
                _count--;
            }

            if (_count == _kept.Length)
            {
                Grow();
            }

            _count++;
            Last() = (at, value);
        }

        public void Clear() => _count = 0;

        private ref (long At, decimal Value) Last() => ref _kept[(_first + _count - 1) & (_kept.Length - 1)];

        private void Grow()
        {
            var more = new (long, decimal)[_kept.Length * 2];
            for (var i = 0; i < _count; i++)
            {
                more[i] = _kept[(_first + i) & (_kept.Length - 1)];
            }

            (_kept, _first) = (more, 0);
        }
    }
}
