using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Replies;

namespace TradingSystem.Gateway.Market;

/// <summary>A closed candle, written once per dialect for all receivers when the first one needs it.</summary>
public sealed class CandleFrame(Candle candle)
{
    private byte[]? _type;
    private byte[]? _kind;

    public Candle Candle { get; } = candle;

    public byte[] Bytes(Dialect dialect) => dialect == Dialect.Kind ? _kind ??= Write(dialect) : _type ??= Write(dialect);

    private byte[] Write(Dialect dialect) =>
        MarketWriter.Write(new CandlePush(Candle.Symbol, Candle.Interval, Candle.OpenTime, Candle.Open, Candle.High, Candle.Low, Candle.Close, Candle.Volume), dialect);
}
