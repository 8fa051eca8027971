using TradingSystem.Execution.Orders;

namespace TradingSystem.Execution.Limits;

/// <summary>
/// An open position as the checks see it. <c>Mark</c> is the last known price, or the entry where none is known. <c>Own</c> is false for
/// those of other groups on the same account.
/// </summary>
public sealed record Exposure(string Symbol, decimal Qty, decimal AvgPrice, decimal Leverage, decimal Mark, bool Own = true)
{
    /// <summary>What is held cost, as <see cref="PositionState"/> says; what is computed is computed from it.</summary>
    public decimal Cost { get; init; } = PositionMath.Value(Qty, AvgPrice);
}

/// <summary>
/// Cash and open positions of an account at one moment, in quote currency, as one of its groups sees them. Plain loops: every decision
/// passes here.
/// </summary>
public sealed record AccountState(decimal Balance, IReadOnlyList<Exposure> Exposures)
{
    private static readonly RiskBook NothingYet = new();

    /// <summary>Orders of the group that rest at the venue. The simulated venue's market orders never do.</summary>
    public int OpenOrders { get; init; }

    public RiskBook Account { get; init; } = NothingYet;

    public RiskBook Group { get; init; } = NothingYet;

    /// <summary>Realised PnL less fees of all time, to be compared with where the day began.</summary>
    public decimal AccountNet { get; init; }

    /// <summary>The same of the group's positions.</summary>
    public decimal GroupNet { get; init; }

    public decimal Equity
    {
        get
        {
            var equity = Balance;
            for (var i = 0; i < Exposures.Count; i++)
            {
                equity += Unrealized(Exposures[i]);
            }

            return equity;
        }
    }

    /// <summary>The group's own.</summary>
    public decimal QtyOf(string symbol)
    {
        for (var i = 0; i < Exposures.Count; i++)
        {
            if (Exposures[i] is var e && e.Own && e.Symbol == symbol)
            {
                return e.Qty;
            }
        }

        return 0m;
    }

    /// <summary>Equity not bound as initial margin by anything but the group's own position in the symbol.</summary>
    public decimal AvailableFor(string symbol)
    {
        var available = Equity;
        for (var i = 0; i < Exposures.Count; i++)
        {
            if (Exposures[i] is var e && !(e.Own && e.Symbol == symbol))
            {
                available -= Math.Abs(e.Qty) * e.Mark / Math.Max(1m, e.Leverage);
            }
        }

        return available;
    }

    /// <summary>Notional of everything but the group's own position in the symbol: in that symbol, and altogether.</summary>
    public (decimal InSymbol, decimal All) OthersThan(string symbol)
    {
        decimal inSymbol = 0m, all = 0m;
        for (var i = 0; i < Exposures.Count; i++)
        {
            var e = Exposures[i];
            var same = e.Symbol == symbol;
            if (e.Own && same)
            {
                continue;
            }

            var notional = Math.Abs(e.Qty) * e.Mark;
            all += notional;
            inSymbol += same ? notional : 0m;
        }

        return (inSymbol, all);
    }

    /// <summary>What was lost this UTC day, negative for a gain: realised since it began, fees, and what open positions are down.</summary>
    public (decimal Account, decimal Group) LossToday()
    {
        var (account, group) = (Account.DayBegan - AccountNet, Group.DayBegan - GroupNet);
        for (var i = 0; i < Exposures.Count; i++)
        {
            var unrealized = Unrealized(Exposures[i]);
            account -= unrealized;
            group -= Exposures[i].Own ? unrealized : 0m;
        }

        return (account, group);
    }

    private static decimal Unrealized(Exposure e) => PositionMath.Unrealized(e.Qty, e.Cost, e.Mark);
}
