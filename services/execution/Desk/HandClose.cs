using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;

namespace TradingSystem.Execution.Desk;

/// <summary>What one trade that no order of ours made takes off a group's position.</summary>
/// <param name="Held">The group's position before it, below 0 short.</param>
/// <param name="Qty">What is taken off it, above 0.</param>
internal sealed record HandPart<T>(T Position, decimal Held, decimal Qty, BookedFee Fee);

/// <summary>
/// How a trade that no order of ours made is booked on the groups that held what it closed, the largest position first. Pure. Always so:
/// the parts and what is left over are the trade; no part turns a position or makes one larger; where nothing is left over, the parts' fees
/// are the fee.
/// </summary>
internal static class HandClose
{
    /// <param name="positions">Those of the symbol and, in hedge mode, of the bucket, with their signed quantities.</param>
    /// <param name="signed">1 for a trade that bought, -1 for one that sold.</param>
    public static (IReadOnlyList<HandPart<T>> Parts, decimal Left) Split<T>(IEnumerable<(T Position, decimal Held)> positions, decimal signed, decimal quantity, BookedFee fee)
    {
        var parts = new List<HandPart<T>>();
        var (left, feeLeft) = (quantity, fee);
        foreach (var (position, held) in positions.Where(p => p.Held * signed < 0m).OrderByDescending(p => Math.Abs(p.Held)))
        {
            if (left == 0m)
            {
                break;
            }

            var qty = Math.Min(Math.Abs(held), left);
            (var part, feeLeft) = feeLeft.Split(qty, left);
            parts.Add(new(position, held, qty, part));
            left -= qty;
        }

        return (parts, left);
    }
}
