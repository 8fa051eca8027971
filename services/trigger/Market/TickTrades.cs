using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Feeds;

namespace TradingSystem.Trigger.Market;

/// <summary>
/// What was traded of a symbol since its last tick. Trades in a row at one price by takers of one side are one; when there are too many for a
/// tick, later ones are added to the newest, so that their volume is told although not each of their prices.
/// </summary>
internal sealed class TickTrades
{
    public const int Most = 64;

    private readonly List<TickTrade> _trades = [];

    public void Add(in Trade trade)
    {
        if (_trades.Count > 0 && _trades[^1] is var newest && (_trades.Count == Most || (newest.Price == trade.Price && newest.TakerBuys == trade.TakerBuys)))
        {
            _trades[^1] = new(trade.Price, newest.Quantity + trade.Quantity, newest.TakerBuys == trade.TakerBuys ? trade.TakerBuys : null);
        }
        else
        {
            _trades.Add(new(trade.Price, trade.Quantity, trade.TakerBuys));
        }
    }

    public IReadOnlyList<TickTrade> Take()
    {
        TickTrade[] taken = [.. _trades];
        _trades.Clear();
        return taken;
    }
}
