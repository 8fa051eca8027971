using System.Globalization;
using TradingSystem.Contracts.Bus;
using TradingSystem.Indicators;

namespace TradingSystem.Trigger.Rules;

/// <summary>
/// What rules read off one symbol's candles of one interval: fields and indicators, each computed once however many rules ask for it. Not thread-safe.
/// </summary>
internal sealed class Readings
{
    private readonly Dictionary<string, Series> _series = [];
    private readonly Dictionary<string, Figure> _figures = [];
    private Candle? _last;

    /// <summary>What an operand stands for, from the next candle on.</summary>
    public Reading Of(RuleOperand operand)
    {
        if (operand.Value is { } constant)
        {
            return new Reading((double)constant, constant.ToString(CultureInfo.InvariantCulture));
        }

        var (key, figure) = operand.Candle is { } field ? (field, FieldOf(field)) : IndicatorOf(operand);
        var ago = operand.Ago ?? 0;
        var at = string.Create(CultureInfo.InvariantCulture, $"{key}@{ago}");
        if (!_series.TryGetValue(at, out var series))
        {
            _series[at] = series = new Series(figure, ago);
        }

        var text = ago == 0 ? key : string.Create(CultureInfo.InvariantCulture, $"{key} {ago} ago");
        return operand.Times is { } times
            ? new Reading(series, (double)times, string.Create(CultureInfo.InvariantCulture, $"{times} × {text}"))
            : new Reading(series, 1, text);
    }

    public void Add(Candle candle)
    {
        _last = candle;
        var bar = Bar.Of(candle);
        foreach (var figure in _figures.Values)
        {
            figure.Add(bar);
        }

        foreach (var series in _series.Values)
        {
            series.Add();
        }
    }

    /// <summary>Forgets everything: what follows is no continuation.</summary>
    public void Reset()
    {
        _last = null;
        foreach (var figure in _figures.Values)
        {
            figure.Reset();
        }

        foreach (var series in _series.Values)
        {
            series.Reset();
        }
    }

    private Func<double?> FieldOf(string field)
    {
        if (Figures.Marked(field) is { } marked)
        {
            return () => _last is { } candle ? (double?)marked(candle) : null;
        }

        if (!_figures.TryGetValue("candle", out var figure))
        {
            _figures["candle"] = figure = new LastBar();
        }

        var last = (LastBar)figure;
        Func<Bar, double> read = field switch
        {
            "open" => b => b.Open,
            "high" => b => b.High,
            "low" => b => b.Low,
            "typical" => b => b.Typical,
            "volume" => b => b.Volume,
            _ => b => b.Close,
        };
        return () => last.Bar is { } bar ? read(bar) : null;
    }

    private (string Key, Func<double?> Figure) IndicatorOf(RuleOperand operand)
    {
        var definition = IndicatorList.All.Single(d => d.Name == operand.Indicator);
        var parameters = operand.Parameters?.ToDictionary(p => p.Key, p => (double)p.Value) ?? [];
        var named = definition.Parameters.Select(
            p => string.Create(CultureInfo.InvariantCulture, $"{p.Name} {parameters.GetValueOrDefault(p.Name, p.Default)}"));
        var key = definition.Parameters.Count == 0 ? definition.Name : $"{definition.Name}({string.Join(", ", named)})";
        if (!_figures.TryGetValue(key, out var figure))
        {
            _figures[key] = figure = new Computed(definition, parameters);
        }

        var computed = (Computed)figure;
        var output = operand.Output is { } wanted ? definition.Outputs.ToList().IndexOf(wanted) : 0;
        return (output == 0 ? key : $"{key}.{definition.Outputs[output]}", () => computed.Value(output));
    }

    private abstract class Figure
    {
        public abstract void Add(in Bar bar);

        public abstract void Reset();
    }

    private sealed class LastBar : Figure
    {
        public Bar? Bar { get; private set; }

        public override void Add(in Bar bar) => Bar = bar;

        public override void Reset() => Bar = null;
    }

    private sealed class Computed(IndicatorDefinition definition, Dictionary<string, double> parameters) : Figure
    {
        private IIndicator _indicator = definition.Make(parameters);

        public double? Value(int output) => _indicator[output];

        public override void Add(in Bar bar) => _indicator.Add(bar);

        public override void Reset() => _indicator = definition.Make(parameters);
    }

    /// <summary>What a figure was so many candles ago.</summary>
    internal sealed class Series(Func<double?> figure, int ago)
    {
        private readonly double?[] _ring = new double?[ago + 1];
        private int _next;

        public double? Value { get; private set; }

        public void Add()
        {
            _ring[_next] = figure();
            _next = _next == ago ? 0 : _next + 1;
            Value = _ring[_next];
        }

        public void Reset()
        {
            Array.Clear(_ring);
            Value = null;
        }
    }
}

/// <summary>An operand at the last candle, and how people call it.</summary>
internal sealed class Reading
{
    private readonly Readings.Series? _series;
    private readonly double _times;

    public Reading(double constant, string text) => (_times, Text) = (constant, text);

    public Reading(Readings.Series series, double times, string text) => (_series, _times, Text) = (series, times, text);

    public string Text { get; }

    /// <summary>Null while it is not known.</summary>
    public double? Value => _series is null ? _times : _series.Value * _times;
}
