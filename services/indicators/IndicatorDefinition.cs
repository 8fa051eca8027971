using System.Globalization;

namespace TradingSystem.Indicators;

/// <summary>A number that an indicator is made with. Both ends are allowed.</summary>
public sealed record IndicatorParameter(string Name, double Default, double Least, double Most, bool IsWhole = true)
{
    internal static IndicatorParameter Bars(string name, int normally) => new(name, normally, 1, Period.Most);
}

/// <summary>
/// What an indicator is called (snake_case, as its parameters and outputs), what it is made with and what it says. Outputs are in the order of
/// <see cref="IIndicator"/>'s index.
/// </summary>
public sealed class IndicatorDefinition
{
    private readonly Func<double[], IIndicator> _make;

    internal IndicatorDefinition(string name, IReadOnlyList<IndicatorParameter> parameters, IReadOnlyList<string> outputs, Func<double[], IIndicator> make)
    {
        (Name, Parameters, Outputs) = (name, parameters, outputs);
        _make = make;
    }

    public string Name { get; }

    public IReadOnlyList<IndicatorParameter> Parameters { get; }

    public IReadOnlyList<string> Outputs { get; }

    /// <summary>A new one, cold. A parameter that is not given has its default.</summary>
    /// <exception cref="ArgumentException">There is no such parameter, or its value breaks its rule; the message names both.</exception>
    public IIndicator Make(IReadOnlyDictionary<string, double>? parameters = null)
    {
        if (parameters?.Keys.FirstOrDefault(k => Parameters.All(p => p.Name != k)) is { } unknown)
        {
            throw new ArgumentException($"{Name} has no parameter {unknown}, only {string.Join(", ", Parameters.Select(p => p.Name))}", unknown);
        }

        return _make([.. Parameters.Select(p => parameters is not null && parameters.TryGetValue(p.Name, out var value) ? Checked(p, value) : p.Default)]);
    }

    private double Checked(IndicatorParameter parameter, double value) =>
        value >= parameter.Least && value <= parameter.Most && (!parameter.IsWhole || value == Math.Floor(value))
            ? value
            : throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Name}: {parameter.Name} must be {(parameter.IsWhole ? "a whole number" : "a number")} from {parameter.Least} to {parameter.Most}, got {value}"),
                parameter.Name);
}
