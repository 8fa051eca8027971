using TradingSystem.Contracts.Bus;
using TradingSystem.Indicators;

namespace TradingSystem.Trigger.Rules;

/// <summary>An operand at the last candle, and how people call it. Not thread-safe.</summary>
internal sealed class Reading
{
    private readonly ReadingSource? _source;
    private readonly double _times;

    // What it was at the last candles, as many as it looks back over; null where it looks at the last one.
    private readonly double?[]? _ring;
    private int _next;

    public Reading(string text, double constant) => (Text, Value) = (text, constant);

    /// <param name="ago">So many candles before the last one.</param>
    public Reading(string text, ReadingSource source, int ago, double times) => (Text, _source, _ring, _times) = (text, source, ago == 0 ? null : new double?[ago + 1], times);

    public string Text { get; }

    /// <summary>Null while it is not known.</summary>
    public double? Value { get; private set; }

    /// <summary>The candle that closed, which indicators have taken in. Not for a constant.</summary>
    public void Add(Candle candle, in Bar bar)
    {
        var read = _source!.Read(candle, bar);
        if (_ring is not null)
        {
            _ring[_next] = read;
            _next = _next == _ring.Length - 1 ? 0 : _next + 1;
            read = _ring[_next];
        }

        Value = read * _times;
    }

    public void Reset()
    {
        Array.Clear(_ring ?? []);
        Value = null;
    }
}

/// <summary>Where the figure of an operand comes from.</summary>
internal abstract class ReadingSource
{
    /// <summary>Null where it is not known.</summary>
    public abstract double? Read(Candle candle, in Bar bar);
}

/// <summary>A field of the candle.</summary>
internal sealed class FieldSource(string field) : ReadingSource
{
    private readonly Func<Candle, decimal?>? _mark = Figures.Marked(field);
    private readonly BarField _field = field switch
    {
        "open" => (in Bar b) => b.Open,
        "high" => (in Bar b) => b.High,
        "low" => (in Bar b) => b.Low,
        "typical" => (in Bar b) => b.Typical,
        "volume" => (in Bar b) => b.Volume,
        _ => (in Bar b) => b.Close,
    };

    private delegate double BarField(in Bar bar);

    public override double? Read(Candle candle, in Bar bar) => _mark is null ? _field(bar) : (double?)_mark(candle);
}

/// <summary>One of an indicator's outputs.</summary>
internal sealed class OutputSource(Computed computed, int output) : ReadingSource
{
    public override double? Read(Candle candle, in Bar bar) => computed[output];
}

/// <summary>An indicator that can be begun anew.</summary>
internal sealed class Computed(IndicatorDefinition definition, Dictionary<string, double> parameters)
{
    private IIndicator _indicator = definition.Make(parameters);

    public double? this[int output] => _indicator[output];

    public void Add(in Bar bar) => _indicator.Add(bar);

    public void Reset() => _indicator = definition.Make(parameters);
}
