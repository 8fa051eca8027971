namespace TradingSystem.Trigger.Hooks;

/// <summary>Placeholders that the sender did not fill in, such as <c>{{close}}</c>.</summary>
internal static class Unfilled
{
    public const string Rule = "filled in by the sender";

    /// <summary>The first one of a text; null where there is none.</summary>
    public static string? In(string text)
    {
        var begin = text.IndexOf("{{", StringComparison.Ordinal);
        var end = begin < 0 ? -1 : text.IndexOf("}}", begin, StringComparison.Ordinal);
        return end < 0 ? null : text[begin..(end + 2)];
    }
}
