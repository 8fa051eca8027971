using TradingSystem.Contracts.Wire;

namespace TradingSystem.Contracts.Bus;

/// <summary>Steps of an order that happen at once travel as one update; whoever tells them apart takes them apart here.</summary>
public static class OrderSteps
{
    /// <summary>Each step as an update of its own, oldest first. Price, fee, PnL and market time are the fill's, so the steps before it have none.</summary>
    public static IEnumerable<OrderUpdate> Steps(this OrderUpdate update)
    {
        foreach (var step in update.Before ?? [])
        {
            var filled = step.Status is not (OrderStatus.Accepted or OrderStatus.Submitted);
            yield return update with
            {
                Id = step.Id,
                Status = step.Status,
                Terminal = false,
                AvgPrice = filled ? update.AvgPrice : null,
                Fee = filled ? update.Fee : 0m,
                RealizedPnl = filled ? update.RealizedPnl : 0m,
                MarketTime = filled ? update.MarketTime : null,
                Before = null,
            };
        }

        yield return update.Before is null ? update : update with { Before = null };
    }
}
