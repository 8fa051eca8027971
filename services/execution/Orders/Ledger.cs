using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Positions;
using TradingSystem.Execution.Prices;
using TradingSystem.Execution.Risk;

namespace TradingSystem.Execution.Orders;

/// <summary>
/// An account's cash and positions as this process last saved or read them, and what was booked since. Every write checks that the
/// table still has <see cref="SavedVersion"/>, so a change by another node is never overwritten.
/// </summary>
public sealed class Ledger(Account account, List<Position> positions)
{
    private readonly HashSet<Position> _new = [];
    private readonly HashSet<Position> _changed = [];

    public Account Account { get; } = account;

    /// <summary>The account's version in the table.</summary>
    public long SavedVersion { get; private set; } = account.Version;

    public bool IsChanged => Account.Version != SavedVersion;

    /// <summary>Booked on since the last save, and not in the table yet.</summary>
    public IReadOnlyCollection<Position> New => _new;

    /// <summary>Booked on since the last save, and in the table.</summary>
    public IReadOnlyCollection<Position> Changed => _changed;

    /// <summary>As the checks see it, with the group's own position under its symbol and the account's others beside it.</summary>
    public AccountState State(Guid groupId, PriceBook prices)
    {
        var open = new List<Exposure>(positions.Count);
        foreach (var p in positions)
        {
            if (p.Qty != 0m)
            {
                var exposure = new Exposure(p.Symbol, p.Qty, p.AvgPrice, p.Leverage, prices.Find(p.Symbol)?.Price ?? p.AvgPrice);
                open.Insert(p.GroupId == groupId ? 0 : open.Count, exposure);
            }
        }

        return new(Account.Balance, open);
    }

    /// <summary>Books the fill; returns its realised PnL and whether the position is flat after it.</summary>
    public (decimal RealizedPnl, bool Flat) Book(TradeDecision decision, PlannedFill fill, DateTimeOffset now)
    {
        var position = Position(decision);
        var before = position.State;
        var after = PositionMath.Apply(before, fill.Buy ? fill.Qty : -fill.Qty, fill.Price, fill.Fee);
        var realized = after.RealizedPnl - before.RealizedPnl;
        position.State = after;
        position.UpdatedAt = now;
        if (Math.Abs(after.Qty) > Math.Abs(before.Qty) || Math.Sign(after.Qty) * Math.Sign(before.Qty) < 0)
        {
            position.Leverage = decision.Leverage;
        }

        Account.Balance += realized - fill.Fee;
        Account.RealizedPnl += realized;
        Account.Fees += fill.Fee;
        Account.Version++;
        Account.UpdatedAt = now;
        return (realized, after.Qty == 0m);
    }

    /// <summary>All of it is in the table now.</summary>
    public void Saved()
    {
        SavedVersion = Account.Version;
        _new.Clear();
        _changed.Clear();
    }

    private Position Position(TradeDecision decision)
    {
        var position = positions.Find(p => p.GroupId == decision.GroupId && p.Symbol == decision.Symbol);
        if (position is null)
        {
            position = new Position { AccountId = Account.Id, GroupId = decision.GroupId, Symbol = decision.Symbol };
            positions.Add(position);
            _new.Add(position);
        }
        else if (!_new.Contains(position))
        {
            _changed.Add(position);
        }

        return position;
    }
}
