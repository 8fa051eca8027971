namespace TradingSystem.Execution.Risk;

/// <summary>An open position as the margin check sees it. <c>Mark</c> is the last known price, or the entry where none is known.</summary>
public sealed record Exposure(string Symbol, decimal Qty, decimal AvgPrice, decimal Leverage, decimal Mark);

/// <summary>Cash and open positions of an account at one moment, in quote currency.</summary>
public sealed record AccountState(decimal Balance, IReadOnlyList<Exposure> Exposures)
{
    public decimal Equity => Balance + Exposures.Sum(e => e.Qty * (e.Mark - e.AvgPrice));

    public decimal QtyOf(string symbol) => Exposures.FirstOrDefault(e => e.Symbol == symbol)?.Qty ?? 0m;

    /// <summary>Equity not bound as initial margin of other symbols.</summary>
    public decimal AvailableFor(string symbol) =>
        Equity - Exposures.Where(e => e.Symbol != symbol).Sum(e => Math.Abs(e.Qty) * e.Mark / Math.Max(1m, e.Leverage));
}
