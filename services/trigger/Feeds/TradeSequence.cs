namespace TradingSystem.Trigger.Feeds;

/// <summary>How a trade's id follows those that were told of its symbol.</summary>
public enum TradePlace
{
    /// <summary>Nothing was told of the symbol yet.</summary>
    First,

    /// <summary>Nothing was missed before it.</summary>
    Next,

    /// <summary>It was told already.</summary>
    Known,

    /// <summary>Others were missed before it, or the exchange counts anew.</summary>
    Jump,
}

/// <summary>The newest trade that was told of each symbol. Not thread-safe.</summary>
public sealed class TradeSequence
{
    private readonly Dictionary<string, (long Id, DateTimeOffset At)> _told = new(StringComparer.Ordinal);

    /// <summary>A trade without an id follows whatever was before.</summary>
    public TradePlace Of(in Trade trade) =>
        trade.Id is not { } id ? TradePlace.Next
        : !_told.TryGetValue(trade.Symbol, out var newest) ? TradePlace.First
        : id == newest.Id + 1 ? TradePlace.Next
        // One that is younger although its id is not was never told: the count began anew.
        : id <= newest.Id && trade.MarketTime <= newest.At ? TradePlace.Known
        : TradePlace.Jump;

    public void Tell(in Trade trade)
    {
        if (trade.Id is { } id)
        {
            _told[trade.Symbol] = (id, trade.MarketTime);
        }
    }
}
