using System.Buffers;
using System.Text;
using System.Text.Json;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Contracts.Wire.Frames;

/// <summary>The JSON inside a <c>post_trade</c> payload string.</summary>
internal static class PostTradePayload
{
    private const string Root = "payload";

    private static readonly FieldNames Fields = new("source_id", "symbol", "signal");

    private static readonly FieldNames SignalNames = new(
        "action", "qty", "margin_usd", "leverage", "entry", "stop_loss", "take_profit", "confidence_pct", "reasoning", "order_type", "price");

    public static TradeSignal? Read(string payload, FieldReader frame)
    {
        var utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(payload.Length));
        try
        {
            var length = Encoding.UTF8.GetBytes(payload, utf8);
            using var document = StrictJson.Parse(utf8.AsMemory(0, length), Root, frame.Errors);
            return document is null ? null : Read(document.RootElement, payload, frame);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(utf8);
        }
    }

    private static TradeSignal? Read(JsonElement root, string payload, FieldReader frame)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            frame.Errors.Add(new(Root, "JSON object encoded as a string", FieldError.Shorten(payload)));
            return null;
        }

        var fields = new FieldReader(root, Root, frame.Errors, frame);
        _ = fields.Text("source_id", FieldLimits.Label);
        var symbol = SignalFields.Symbol(fields);
        var signal = fields.Object("signal", required: true);
        fields.WarnUnknown(Fields, SignalNames, "signal");
        return signal is null ? null : Signal(signal, symbol);
    }

    private static TradeSignal? Signal(FieldReader fields, string symbol)
    {
        var before = fields.Errors.Count;
        var signal = new TradeSignal(
            symbol,
            SignalFields.Action(fields),
            fields.Amount("qty") ?? 0,
            fields.Amount("margin_usd") ?? 0,
            fields.Amount("leverage", 1, FieldLimits.MaxLeverage),
            fields.Amount("entry"),
            fields.Amount("stop_loss"),
            fields.Amount("take_profit"),
            fields.Amount("confidence_pct", 0, FieldLimits.MaxPercent),
            fields.Text("reasoning", FieldLimits.Prose),
            fields.OneOf("order_type", false, OrderTypes.All) ?? OrderTypes.Market,
            fields.Amount("price"),
            null);
        fields.RefuseUnknown(SignalNames);
        SignalFields.CheckNulls(fields, signal.Action, "margin_usd");
        SignalFields.WarnNull(fields, "leverage");
        if (fields.Errors.Count > before)
        {
            return null;
        }

        SignalFields.CheckSize(fields, signal, "margin_usd", "qty or margin_usd greater than 0");
        if (signal is { OrderType: OrderTypes.Limit, Price: null or 0 })
        {
            fields.Fail("price", "required and greater than 0 for a limit order");
        }

        return signal;
    }
}
