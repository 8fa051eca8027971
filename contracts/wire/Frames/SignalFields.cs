using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Contracts.Wire.Frames;

/// <summary>Rules that decisions of both dialects share.</summary>
internal static class SignalFields
{
    private const string SymbolRule = "letters, digits and _-./ only";

    private static readonly string[] Prices = ["entry", "stop_loss", "take_profit", "confidence_pct", "price"];

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

    public static string Action(FieldReader fields) => ActionWords.Plain(fields.OneOf("action", true, ActionWords.Written) ?? "");

    /// <summary>
    /// null is what JavaScript makes of NaN. Where the size comes from it is refused, or a CLOSE of it would close all and a LONG would
    /// be sized by something else; elsewhere published clients write it for nothing, and are told so.
    /// </summary>
    public static void CheckNulls(FieldReader fields, string action, string marginField)
    {
        var isEntry = action is ActionWords.Long or ActionWords.Short;
        Size(fields, "qty", isEntry || action == ActionWords.Close);
        Size(fields, marginField, isEntry);
        foreach (var name in Prices)
        {
            WarnNull(fields, name);
        }
    }

    public static void WarnNull(FieldReader fields, string name)
    {
        if (fields.IsNull(name))
        {
            fields.Warn(name, "null, read as none");
        }
    }

    /// <summary>An entry needs a size, from its quantity or its margin.</summary>
    public static void CheckSize(FieldReader fields, TradeSignal signal, string marginField, string rule)
    {
        if (signal is { Action: ActionWords.Long or ActionWords.Short, Qty: 0, MarginUsd: 0 })
        {
            fields.Fail(marginField, rule);
        }
    }

    private static void Size(FieldReader fields, string name, bool isSize)
    {
        if (!isSize)
        {
            WarnNull(fields, name);
        }
        else if (fields.IsNull(name))
        {
            fields.Fail(name, "a number; 0 or left out is how to say none, null may be a NaN", "null");
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
