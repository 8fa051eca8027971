using System.Collections.Concurrent;

namespace TradingSystem.Benchmarks.Load.Baselines;

/// <summary>The simplest simulated account: one price, one position per group.</summary>
internal sealed class Book
{
    private const decimal Price = 60_000m;
    private const decimal FeeShare = 0.0005m;
    private const decimal Leverage = 10m;

    private readonly ConcurrentDictionary<string, decimal> _held = new(StringComparer.Ordinal);

    /// <summary>The final update of the decision's order; one group's decisions come one after the other.</summary>
    public OrderUpdate Fill(Decision decision, DateTimeOffset now)
    {
        var held = _held.GetValueOrDefault(decision.Group);
        var closing = decision.Action == "CLOSE";
        var qty = closing ? Math.Abs(held) : decision.Qty > 0 ? decision.Qty : decimal.Floor(decision.MarginUsd * Leverage / Price * 1000m) / 1000m;
        var buy = closing ? held < 0 : decision.Action == "LONG";
        var after = held + (buy ? qty : -qty);
        _held[decision.Group] = after;
        return new OrderUpdate(
            "order_update",
            qty == 0m ? "rejected" : after == 0m ? "closed" : "filled",
            decision.Id,
            Guid.CreateVersion7(now),
            decision.Group,
            decision.Symbol,
            buy ? "BUY" : "SELL",
            qty,
            Price,
            qty * Price * FeeShare,
            0m,
            now);
    }
}
