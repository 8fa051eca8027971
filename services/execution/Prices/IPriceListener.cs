using TradingSystem.Contracts.Bus;

namespace TradingSystem.Execution.Prices;

/// <summary>Sees every price that comes, after <see cref="PriceBook"/>; never blocks. The module lists who does.</summary>
public interface IPriceListener
{
    void See(IReadOnlyList<PriceTick> ticks);
}
