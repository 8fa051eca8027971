using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Positions;
using TradingSystem.Execution.Prices;
using TradingSystem.Execution.Risk;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Orders;

/// <summary>An account's cash and positions while one message is decided; its entities are saved with the message.</summary>
public sealed class Ledger(Account account, List<Position> positions)
{
    public Account Account { get; } = account;

    /// <summary>As the checks see it, with the group's own position under its symbol and the account's others beside it.</summary>
    public AccountState State(Guid groupId, PriceBook prices) =>
        new(Account.Balance, [.. positions
            .Where(p => p.Qty != 0m)
            .OrderByDescending(p => p.GroupId == groupId)
            .Select(p => new Exposure(p.Symbol, p.Qty, p.AvgPrice, p.Leverage, prices.Find(p.Symbol)?.Price ?? p.AvgPrice))]);

    /// <summary>Books the fill; returns its realised PnL and whether the position is flat after it.</summary>
    public (decimal RealizedPnl, bool Flat) Book(ExecutionDb db, TradeDecision decision, PlannedFill fill, DateTimeOffset now)
    {
        var position = positions.Find(p => p.GroupId == decision.GroupId && p.Symbol == decision.Symbol);
        if (position is null)
        {
            position = new Position { AccountId = Account.Id, GroupId = decision.GroupId, Symbol = decision.Symbol };
            positions.Add(position);
            db.Positions.Add(position);
        }

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
}
