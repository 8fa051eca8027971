namespace TradingSystem.Contracts.Wire;

/// <summary>Whom an event's targets address: group names, or the selectors <c>*</c>, <c>market:…</c> and <c>symbol:…</c>.</summary>
public static class TargetSelector
{
    private const string MarketPrefix = "market:";
    private const string SymbolPrefix = "symbol:";

    public static bool Matches(IReadOnlyList<string> targets, string name, string market, string symbol)
    {
        for (var i = 0; i < targets.Count; i++)
        {
            var target = targets[i];
            if (target == "*"
                || target.Equals(name, StringComparison.Ordinal)
                || Selects(target, MarketPrefix, market)
                || Selects(target, SymbolPrefix, symbol))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Selects(string target, string prefix, string value) =>
        target.Length == prefix.Length + value.Length
        && target.StartsWith(prefix, StringComparison.Ordinal)
        && target.AsSpan(prefix.Length).Equals(value, StringComparison.OrdinalIgnoreCase);
}
