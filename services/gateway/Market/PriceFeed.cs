using TradingSystem.Contracts.Bus;

namespace TradingSystem.Gateway.Market;

/// <summary>The latest price of a symbol.</summary>
public sealed class PriceFeed
{
    private PriceTick? _latest;

    public PriceTick? Latest => Volatile.Read(ref _latest);

    public Followers Followers { get; } = new();

    public void Put(PriceTick tick)
    {
        Volatile.Write(ref _latest, tick);
        Followers.WakeDue();
    }
}
