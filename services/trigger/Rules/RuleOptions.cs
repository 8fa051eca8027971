using System.Text.RegularExpressions;

namespace TradingSystem.Trigger.Rules;

/// <summary>Bound from <c>TRIGGER__RULES__…</c>.</summary>
public sealed partial class RuleOptions
{
    /// <summary>Whether rules are looked at. Switched off they can still be read and changed.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// Symbols of the two rules that a new database begins with, comma-separated; <c>*</c> for all. Few, so that a newcomer is not flooded.
    /// </summary>
    public string Symbols { get; set; } = "BTCUSDT";

    /// <exception cref="InvalidOperationException">A value breaks its rule.</exception>
    internal RuleOptions Validated() =>
        SymbolList().IsMatch(Symbols = string.Join(',', Symbols.ToUpperInvariant().Split(',', StringSplitOptions.TrimEntries))) ? this : throw new InvalidOperationException($"Trigger:Rules:Symbols must be symbols, comma-separated, or *, got '{Symbols}'.");

    [GeneratedRegex(@"^(\*|[A-Z0-9]{2,20}(,[A-Z0-9]{2,20}){0,49})\z")]
    private static partial Regex SymbolList();
}
