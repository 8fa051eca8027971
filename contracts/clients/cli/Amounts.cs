using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace TradingSystem.Cli;

/// <summary>Options that hold money, a quantity or a price. They are decimals from the keyboard to the wire.</summary>
internal static class Amounts
{
    // As many as the gateway keeps.
    private const int Places = 18;

    public static Option<decimal?> Option(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName, CustomParser = Read };

    /// <summary>False for what is no amount, and for what a decimal could not hold as it is written: too small would become 0, which closes all.</summary>
    public static bool TryRead(string text, out decimal amount) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out amount)
        && decimal.Round(amount, Places) == amount
        && Digits(text) == Digits(amount.ToString(CultureInfo.InvariantCulture));

    private static decimal? Read(ArgumentResult argument)
    {
        var text = argument.Tokens[0].Value;
        if (TryRead(text, out var amount))
        {
            return amount;
        }

        argument.AddError($"{argument.OptionName()}: '{text}' is no amount: give digits, with a point and at most {Places} places behind it, such as 0.25");
        return null;
    }

    private static string Digits(string text) => text.Split('e', 'E')[0].Replace(".", "", StringComparison.Ordinal).Trim('0');
}

/// <summary>Options that hold a length of time, or how often.</summary>
internal static class Spans
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    public static Option<TimeSpan?> Option(string name, string description) => new(name) { Description = description, HelpName = "TIME", CustomParser = Read };

    /// <summary>A number above 0.</summary>
    public static double? Positive(ArgumentResult argument)
    {
        var text = argument.Tokens[0].Value;
        if (TryPositive(text, out var value))
        {
            return value;
        }

        argument.AddError($"{argument.OptionName()}: '{text}' is no number above 0");
        return null;
    }

    public static string OptionName(this ArgumentResult argument) => (argument.Parent as OptionResult)?.Option.Name ?? argument.Argument.Name;

    private static TimeSpan? Read(ArgumentResult argument)
    {
        var text = argument.Tokens[0].Value;
        var unit = text.Length == 0 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 };
        if (TryPositive(unit == 0 ? text : text[..^1], out var value) && value * Math.Max(unit, 1) <= Longest.TotalSeconds)
        {
            return TimeSpan.FromSeconds(value * Math.Max(unit, 1));
        }

        argument.AddError($"{argument.OptionName()}: '{text}' is no length of time up to a day: seconds, or with a unit, such as 90s, 5m, 2h");
        return null;
    }

    private static bool TryPositive(string text, out double value) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && double.IsFinite(value) && value > 0;
}
