namespace TradingSystem.Contracts.Wire;

/// <summary>Two spellings of one protocol. The value is the protocol number in the ack.</summary>
public enum Dialect
{
    /// <summary>Frames with <c>type</c>.</summary>
    Type = 2,

    /// <summary>The newer frames with <c>kind</c> and <c>category</c>.</summary>
    Kind = 3,
}
