using System.Text;
using System.Text.Json;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Contracts.Wire.Frames;

/// <summary>The JSON inside a <c>post_trade</c> payload string.</summary>
internal static class PostTradePayload
{
    private const string Root = "payload";
    private const int MaxSymbol = 32;
    private const int MaxReasoning = 16 * 1024;

    public static TradeSignal? Read(string payload, List<FieldError> errors)
    {
        using var document = StrictJson.Parse(Encoding.UTF8.GetBytes(payload), Root, errors);
        if (document is null)
        {
            return null;
        }

        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            errors.Add(new(Root, "JSON object encoded as a string", FieldError.Shorten(payload)));
            return null;
        }

        var fields = new FieldReader(document.RootElement, Root, errors);
        _ = fields.Text("source_id", 200);
        var symbol = Symbol(fields);
        var signal = fields.Object("signal", required: true);
        return signal is null ? null : Signal(signal, symbol);
    }

    private static string Symbol(FieldReader fields)
    {
        var symbol = fields.Text("symbol", MaxSymbol, 1, required: true);
        if (symbol is not null && symbol.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.' or '/')))
        {
            fields.Fail("symbol", "letters, digits and _-./ only", symbol);
        }

        return symbol?.ToUpperInvariant() ?? "";
    }

    private static TradeSignal? Signal(FieldReader fields, string symbol)
    {
        var before = fields.Errors.Count;
        var action = fields.OneOf("action", true, "LONG", "SHORT", "CLOSE", "BUY", "SELL", "NO_TRADE") switch
        {
            "BUY" => "LONG",
            "SELL" => "SHORT",
            var other => other,
        };
        var qty = fields.Amount("qty");
        var margin = fields.Amount("margin_usd");
        var signal = new TradeSignal(
            symbol,
            action ?? "",
            qty ?? 0,
            margin ?? 0,
            fields.Amount("leverage", 1, 125),
            fields.Amount("entry"),
            fields.Amount("stop_loss"),
            fields.Amount("take_profit"),
            fields.Amount("confidence_pct", 0, 100),
            fields.Text("reasoning", MaxReasoning),
            fields.OneOf("order_type", false, "market", "limit") ?? "market",
            fields.Amount("price"));
        if (fields.Errors.Count > before)
        {
            return null;
        }

        if (action is "LONG" or "SHORT" && signal is { Qty: 0, MarginUsd: 0 })
        {
            fields.Fail("margin_usd", "qty or margin_usd greater than 0", "0");
        }

        if (signal is { OrderType: "limit", Price: null or 0 })
        {
            fields.Fail("price", "required and greater than 0 for a limit order", fields.Has("price") ? "0" : "nothing");
        }

        return signal;
    }
}
