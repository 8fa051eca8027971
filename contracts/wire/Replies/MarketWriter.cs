using System.Text.Json;

namespace TradingSystem.Contracts.Wire.Replies;

/// <summary>What a group is told of its market. The newer dialect has the fields under <c>payload</c>.</summary>
public static class MarketWriter
{
    internal const string Candle = "candle";
    internal const string Price = "price";
    internal const string CandlesEnd = "candles_end";

    public static byte[] Write(CandlePush push, Dialect dialect) => Frame(Candle, push, dialect, static (json, candle) =>
    {
        json.WriteString("symbol", candle.Symbol);
        json.WriteString("interval", candle.Interval);
        json.WriteString("open_time", candle.OpenTime);
        json.WriteMoney("open", candle.Open);
        json.WriteMoney("high", candle.High);
        json.WriteMoney("low", candle.Low);
        json.WriteMoney("close", candle.Close);
        json.WriteMoney("volume", candle.Volume);
        json.WriteBoolean("closed", true);
    });

    public static byte[] Write(PricePush push, Dialect dialect) => Frame(Price, push, dialect, static (json, price) =>
    {
        json.WriteString("symbol", price.Symbol);
        json.WriteMoney("price", price.Price);
        Known(json, "bid", price.Bid);
        Known(json, "ask", price.Ask);
        Known(json, "mark_price", price.MarkPrice);
        json.WriteString("market_time", price.MarketTime);
        json.WriteString("observed_at", price.ObservedAt);
    });

    public static byte[] Write(CandlesEndPush push, Dialect dialect) => Frame(CandlesEnd, push, dialect, static (json, end) =>
    {
        json.WriteString("symbol", end.Symbol);
        json.WriteString("interval", end.Interval);
        json.WriteNumber("count", end.Count);
        json.WriteBoolean("complete", end.Complete);
        if (end.Note is not null)
        {
            json.WriteString("note", end.Note);
        }
    });

    private static byte[] Frame<TPush>(string type, TPush push, Dialect dialect, Action<Utf8JsonWriter, TPush> fields) =>
        FrameWriter.Write((type, push, dialect, fields), static (json, s) =>
        {
            json.WriteType(s.dialect, s.type);
            if (s.dialect == Dialect.Kind)
            {
                json.WriteStartObject("payload");
            }

            s.fields(json, s.push);
            if (s.dialect == Dialect.Kind)
            {
                json.WriteEndObject();
            }
        });

    private static void Known(Utf8JsonWriter json, string name, decimal? value)
    {
        if (value is not null)
        {
            json.WriteMoney(name, value);
        }
    }
}
