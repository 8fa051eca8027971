using System.Globalization;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Trigger.Feeds;

/// <summary>A replay file breaks a rule. Line 1 is the first line of the file.</summary>
public sealed class ReplayFormatException : Exception
{
    public ReplayFormatException()
    {
    }

    public ReplayFormatException(string message)
        : base(message)
    {
    }

    public ReplayFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public ReplayFormatException(string file, int line, string column, string rule, string got, int longest = 40)
        : base(string.Create(CultureInfo.InvariantCulture, $"{file} line {line}, column {column}: {rule}, got '{FieldError.Shorten(got, longest)}'"))
    {
        Line = line;
        Column = column;
        Rule = rule;
    }

    public int Line { get; }

    public string Column { get; } = "";

    public string Rule { get; } = "";
}
