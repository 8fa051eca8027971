namespace TradingSystem.Contracts.Wire;

/// <summary>Whom an event's targets address: group names, or the selectors <c>*</c>, <c>market:…</c> and <c>symbol:…</c>.</summary>
public static class TargetSelector
{
    internal const string Everybody = "*";
    internal const string SymbolPrefix = "symbol:";
    private const string MarketPrefix = "market:";

    public static bool Matches(IReadOnlyList<string> targets, string name, string market, string symbol)
    {
        for (var i = 0; i < targets.Count; i++)
        {
            var target = targets[i];
            if (target == Everybody
                || target.Equals(name, StringComparison.Ordinal)
                || Selects(target, MarketPrefix, market)
                || Selects(target, SymbolPrefix, symbol))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>False for a plain group name.</summary>
    public static bool IsSelector(string target) =>
        target == Everybody || IsMarket(target) || target.StartsWith(SymbolPrefix, StringComparison.Ordinal);

    /// <summary>It addresses by the groups' market.</summary>
    public static bool IsMarket(string target) => target.StartsWith(MarketPrefix, StringComparison.Ordinal);

    private static bool Selects(string target, string prefix, string value) =>
        target.Length == prefix.Length + value.Length
        && target.StartsWith(prefix, StringComparison.Ordinal)
        && target.AsSpan(prefix.Length).Equals(value, StringComparison.OrdinalIgnoreCase);
}
