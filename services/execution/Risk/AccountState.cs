namespace TradingSystem.Execution.Risk;

/// <summary>An open position as the margin check sees it. <c>Mark</c> is the last known price, or the entry where none is known.</summary>
public sealed record Exposure(string Symbol, decimal Qty, decimal AvgPrice, decimal Leverage, decimal Mark);

/// <summary>Cash and open positions of an account at one moment, in quote currency. Plain loops: every decision passes here.</summary>
public sealed record AccountState(decimal Balance, IReadOnlyList<Exposure> Exposures)
{
    public decimal Equity
    {
        get
        {
            var equity = Balance;
            for (var i = 0; i < Exposures.Count; i++)
            {
                equity += Exposures[i].Qty * (Exposures[i].Mark - Exposures[i].AvgPrice);
            }

            return equity;
        }
    }

    public decimal QtyOf(string symbol)
    {
        for (var i = 0; i < Exposures.Count; i++)
        {
            if (Exposures[i].Symbol == symbol)
            {
                return Exposures[i].Qty;
            }
        }

        return 0m;
    }

    /// <summary>Equity not bound as initial margin of other symbols.</summary>
    public decimal AvailableFor(string symbol)
    {
        var available = Equity;
        for (var i = 0; i < Exposures.Count; i++)
        {
            if (Exposures[i] is var e && e.Symbol != symbol)
            {
                available -= Math.Abs(e.Qty) * e.Mark / Math.Max(1m, e.Leverage);
            }
        }

        return available;
    }
}
