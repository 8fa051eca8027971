using System.Globalization;
using TradingSystem.Contracts.Bus;
using TradingSystem.Indicators;

namespace TradingSystem.Trigger.Rules;

/// <summary>
/// What rules read off one symbol's candles of one interval: fields and indicators, each computed once however many rules ask for it. Not thread-safe.
/// </summary>
internal sealed class Readings
{
    // Each by how people call it, which says all of it.
    private readonly Dictionary<string, Reading> _known = [];
    private readonly Dictionary<string, Computed> _computed = [];

    // The same, to be walked.
    private readonly List<Computed> _indicators = [];
    private readonly List<Reading> _readings = [];

    /// <summary>What an operand stands for, from the next candle on; one for equal operands.</summary>
    public Reading Of(RuleOperand operand)
    {
        if (operand.Value is { } constant)
        {
            var number = constant.ToString(CultureInfo.InvariantCulture);
            return _known.TryGetValue(number, out var same) ? same : _known[number] = new Reading(number, (double)constant);
        }

        var (key, source) = operand.Candle is { } field ? (field, new FieldSource(field)) : IndicatorOf(operand);
        var ago = operand.Ago ?? 0;
        var text = ago == 0 ? key : string.Create(CultureInfo.InvariantCulture, $"{key} {ago} ago");
        text = operand.Times is { } times ? string.Create(CultureInfo.InvariantCulture, $"{times} × {text}") : text;
        if (!_known.TryGetValue(text, out var reading))
        {
            _known[text] = reading = new Reading(text, source, ago, (double)(operand.Times ?? 1));
            _readings.Add(reading);
        }

        return reading;
    }

    public void Add(Candle candle)
    {
        var bar = Bar.Of(candle);
        foreach (var indicator in _indicators)
        {
            indicator.Add(bar);
        }

        foreach (var reading in _readings)
        {
            reading.Add(candle, bar);
        }
    }

    /// <summary>Forgets everything: what follows is no continuation.</summary>
    public void Reset()
    {
        _indicators.ForEach(i => i.Reset());
        _readings.ForEach(r => r.Reset());
    }

    private (string Key, ReadingSource Source) IndicatorOf(RuleOperand operand)
    {
        var definition = IndicatorList.All.Single(d => d.Name == operand.Indicator);
        var parameters = operand.Parameters?.ToDictionary(p => p.Key, p => (double)p.Value) ?? [];
        var named = definition.Parameters.Select(
            p => string.Create(CultureInfo.InvariantCulture, $"{p.Name} {parameters.GetValueOrDefault(p.Name, p.Default)}"));
        var key = definition.Parameters.Count == 0 ? definition.Name : $"{definition.Name}({string.Join(", ", named)})";
        if (!_computed.TryGetValue(key, out var computed))
        {
            _computed[key] = computed = new Computed(definition, parameters);
            _indicators.Add(computed);
        }

        var output = operand.Output is { } wanted ? definition.Outputs.ToList().IndexOf(wanted) : 0;
        return (output == 0 ? key : $"{key}.{definition.Outputs[output]}", new OutputSource(computed, output));
    }
}
