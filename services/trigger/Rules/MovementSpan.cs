using TradingSystem.Contracts.Bus;

namespace TradingSystem.Trigger.Rules;

/// <summary>
/// A field of the candles within one length of time, and the movements that are measured in it: its lowest and highest are found once for all of them. A time
/// has its ends whatever lies between, so what it has seen goes on over a gap. Not thread-safe.
/// </summary>
internal sealed class MovementSpan(string name, TimeSpan within)
{
    // Times what a rule may ask for at most, 1000 %, it is still a decimal.
    private const decimal Largest = 1e25m;

    private readonly Func<Candle, decimal?> _read = FieldOf(name);
    private readonly Extreme _lows = new(isLowest: true);
    private readonly Extreme _highs = new(isLowest: false);
    private readonly List<Movement> _movements = [];
    private decimal? _leastUp;
    private decimal? _leastDown;
    private bool _isSettled;

    public string Field => name;

    public TimeSpan Within => within;

    /// <summary>End of the last candle, in ticks.</summary>
    public long At { get; private set; }

    /// <summary>Of the last candle; null where it is not known.</summary>
    public decimal? Value { get; private set; }

    public Movement Add(string op, decimal by)
    {
        var movement = new Movement(this, op, by);
        _movements.Add(movement);
        _leastUp = op == RuleWords.Falls ? _leastUp : Math.Min(by, _leastUp ?? by);
        _leastDown = op == RuleWords.Rises ? _leastDown : Math.Min(by, _leastDown ?? by);
        return movement;
    }

    /// <summary>The lowest before the last candle, within the time and from <paramref name="from"/> (ticks) on; null where there is none above zero.</summary>
    public decimal? Lowest(long from) => _lows.From(from);

    /// <summary>The highest, as <see cref="Lowest"/>.</summary>
    public decimal? Highest(long from) => _highs.From(from);

    public void Add(in Close close)
    {
        // Each is measured from those before it, so it becomes one of them with the next.
        if (Value is { } before)
        {
            _lows.Add(At, before);
            _highs.Add(At, before);
        }

        (At, Value) = (close.At.UtcTicks, null);
        try
        {
            Value = Measurable(_read(close.Candle));
            Look();
        }
        catch (OverflowException)
        {
            // Nothing can be measured from it either.
            (Value, _isSettled) = (null, false);
            _movements.ForEach(m => m.Fail());
        }
    }

    /// <summary>The movements have to say anew what they say.</summary>
    public void Gap() => _isSettled = false;

    private static decimal? Measurable(decimal? value) => Math.Abs(value ?? 0) < Largest ? value : throw new OverflowException("a figure that cannot be multiplied");

    private void Look()
    {
        if (Value is not null)
        {
            var since = At - within.Ticks;
            _lows.Forget(since);
            _highs.Forget(since);
        }

        var isCalm = IsCalm();
        if (isCalm && _isSettled)
        {
            return;
        }

        _isSettled = isCalm;
        foreach (var movement in _movements)
        {
            movement.Look();
            _isSettled &= movement is { Found: false, HasFlipped: false };
        }
    }

    /// <summary>Not even the smallest movement that somebody asks for: what is measured from a later close than all of them is no farther away.</summary>
    private bool IsCalm() =>
        Value is { } value
        && (_leastUp is not { } up || (_lows.From(long.MinValue) is { } low && !Movement.IsUp(value, low, up)))
        && (_leastDown is not { } down || (_highs.From(long.MinValue) is { } high && !Movement.IsDown(value, high, down)));

    private static Func<Candle, decimal?> FieldOf(string field) => Figures.Marked(field) ?? field switch
    {
        "open" => c => c.Open,
        "high" => c => c.High,
        "low" => c => c.Low,
        "typical" => c => (c.High + c.Low + c.Close) / 3,
        "volume" => c => c.Volume,
        _ => c => c.Close,
    };
}
