namespace TradingSystem.Contracts.Wire.Validation;

/// <summary>Characters that nobody types: U+0000, which PostgreSQL's text cannot hold, and those that turn one line of a log or a list into several.</summary>
public static class ControlCharacters
{
    public const string Rule = "no control characters";

    /// <summary>The first one of a text as <c>U+0000</c> is written; null where there is none.</summary>
    public static string? First(string text)
    {
        foreach (var c in text)
        {
            if (char.IsControl(c))
            {
                return $"U+{(int)c:X4}";
            }
        }

        return null;
    }
}
