using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Contracts.Wire.Frames;

/// <summary>Rules that decisions of both dialects share.</summary>
internal static class SignalFields
{
    private const string SymbolRule = "letters, digits and _-./ only";

    public static string Symbol(FieldReader fields)
    {
        var symbol = fields.Text("symbol", FieldLimits.Symbol, 1, required: true);
        if (symbol is null)
        {
            return "";
        }

        if (!IsSymbol(symbol))
        {
            fields.Fail("symbol", SymbolRule);
        }

        return symbol.ToUpperInvariant();
    }

    /// <summary>As targets: each symbol a selector, none of them everybody.</summary>
    public static IReadOnlyList<string> SymbolTargets(FieldReader fields, string name)
    {
        var symbols = fields.Texts(name, 0, FieldLimits.Items, FieldLimits.Symbol, required: false);
        if (symbols.Count == 0)
        {
            return [TargetSelector.Everybody];
        }

        var targets = new string[symbols.Count];
        for (var i = 0; i < targets.Length; i++)
        {
            if (!IsSymbol(symbols[i]))
            {
                fields.Fail($"{name}[{i}]", SymbolRule, symbols[i]);
            }

            targets[i] = TargetSelector.SymbolPrefix + symbols[i].ToUpperInvariant();
        }

        return targets;
    }

    public static string Action(FieldReader fields) => fields.OneOf("action", true, FieldWords.Actions) switch
    {
        "BUY" => "LONG",
        "SELL" => "SHORT",
        var other => other ?? "",
    };

    /// <summary>An entry needs a size, from its quantity or its margin.</summary>
    public static void CheckSize(FieldReader fields, TradeSignal signal, string marginField, string rule)
    {
        if (signal is { Action: "LONG" or "SHORT", Qty: 0, MarginUsd: 0 })
        {
            fields.Fail(marginField, rule);
        }
    }

    private static bool IsSymbol(string text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.' or '/'))
            {
                return false;
            }
        }

        return true;
    }
}
