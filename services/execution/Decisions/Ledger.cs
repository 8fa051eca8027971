using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Exits;
using TradingSystem.Execution.Legs;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Prices;

namespace TradingSystem.Execution.Decisions;

/// <summary>
/// An account's cash and positions as this process last saved or read them, and what was booked since. Every write checks that the
/// table still has <see cref="SavedVersion"/>, so a change by another node is never overwritten.
/// </summary>
public sealed class Ledger(
    Account account, List<Position> positions, IEnumerable<RiskBook>? books = null, IEnumerable<ProtectionLeg>? legs = null,
    IEnumerable<WaitingExit>? exits = null)
{
    private readonly Dictionary<Guid, RiskBook> _books = (books ?? []).ToDictionary(b => b.GroupId);
    private readonly HashSet<Position> _new = [];
    private readonly HashSet<Position> _changed = [];

    public Account Account { get; } = account;

    public ProtectionBook Protection { get; } = new(legs ?? []);

    public ExitBook Exits { get; } = new(exits ?? []);

    /// <summary>The account's version in the table.</summary>
    public long SavedVersion { get; private set; } = account.Version;

    public bool IsChanged => Account.Version != SavedVersion;

    /// <summary>Booked on since the last save, and not in the table yet.</summary>
    public IReadOnlyCollection<Position> New => _new;

    /// <summary>Booked on since the last save, and in the table.</summary>
    public IReadOnlyCollection<Position> Changed => _changed;

    /// <summary>What the limits remember that differs from the table.</summary>
    public IEnumerable<RiskBook> ChangedBooks => _books.Values.Where(b => b.IsChanged);

    /// <summary>As the checks of one of its groups see it at this moment.</summary>
    public AccountState State(Guid groupId, PriceBook prices, DateTimeOffset now)
    {
        var open = new List<Exposure>(positions.Count);
        foreach (var p in positions)
        {
            if (p.Qty != 0m)
            {
                open.Add(new Exposure(p.Symbol, p.Qty, p.AvgPrice, p.Leverage, prices.Find(p.Symbol)?.Price ?? p.AvgPrice, p.GroupId == groupId) { Cost = p.Cost });
            }
        }

        BeginDay(groupId, now);
        return new(Account.Balance, open) { Account = Book(Guid.Empty), Group = Book(groupId), AccountNet = NetOfAccount, GroupNet = NetOf(groupId) };
    }

    /// <summary>An order left for the venue: it counts for the rates.</summary>
    public void CountOrder(Guid groupId, DateTimeOffset now)
    {
        Book(Guid.Empty).Orders.Add(now);
        Book(groupId).Orders.Add(now);
    }

    /// <summary>Books the fill; returns its realised PnL and whether the position is flat after it.</summary>
    public (decimal RealizedPnl, bool Flat) Book(TradeDecision decision, PlannedFill fill, DateTimeOffset now) =>
        Book(decision.GroupId, decision.Symbol, decision.Leverage, fill, now);

    public (decimal RealizedPnl, bool Flat) Book(Guid groupId, string symbol, decimal leverage, PlannedFill fill, DateTimeOffset now)
    {
        BeginDay(groupId, now);
        var position = Position(groupId, symbol);
        var before = position.State;
        var after = PositionMath.Apply(before, fill.Buy ? fill.Qty : -fill.Qty, fill.Price, fill.Fee);
        var realized = after.RealizedPnl - before.RealizedPnl;
        position.State = after;
        position.UpdatedAt = now;
        if (Math.Abs(after.Qty) > Math.Abs(before.Qty) || Math.Sign(after.Qty) * Math.Sign(before.Qty) < 0)
        {
            position.Leverage = leverage;
        }

        Account.Balance += realized - (fill.IsFeeElsewhere ? 0m : fill.Fee);
        Account.RealizedPnl += realized;
        Account.Fees += fill.Fee;
        Account.Version++;
        Account.UpdatedAt = now;
        var closes = before.Qty != 0m && (before.Qty > 0m) != fill.Buy;
        if (closes && realized < fill.Fee)
        {
            Book(groupId).Lost(now);
        }

        Protection.Follow(groupId, symbol, after.Qty, now);
        return (realized, after.Qty == 0m);
    }

    /// <summary>A fee in another asset, of a fill that was booked before the asset had a price.</summary>
    public void BookFee(Guid groupId, string symbol, decimal fee, DateTimeOffset now)
    {
        BeginDay(groupId, now);
        var position = Position(groupId, symbol);
        position.State = position.State with { Fees = position.State.Fees + fee };
        position.UpdatedAt = now;
        Account.Fees += fee;
        Account.Version++;
        Account.UpdatedAt = now;
    }

    /// <summary>What the group holds, below 0 short.</summary>
    public decimal Held(Guid groupId, string symbol) => positions.Find(p => p.GroupId == groupId && p.Symbol == symbol)?.Qty ?? 0m;

    /// <summary>Sets the legs that the decision asked for, on the position that it has just been booked on.</summary>
    public void Protect(TradeDecision decision, AskedProtection asked, DateTimeOffset now) =>
        Protection.Set(decision, Account.Id, asked, Held(decision.GroupId, decision.Symbol), now);

    /// <summary>Moves, sets and removes legs of what the group holds; they count from when this is saved.</summary>
    public void Move(ProtectionMove move, AskedProtection prices, LegOrigin? entry, DateTimeOffset now)
    {
        Protection.Move(move, prices, entry, Held(move.GroupId, move.Symbol), now);
        // Whoever else has this ledger in memory must learn of it before anything else is decided.
        Account.Version++;
    }

    /// <summary>A leg that was lost waits again; false where the position has none to have.</summary>
    public bool Restore(ProtectionPlan plan, DateTimeOffset now)
    {
        var held = Held(plan.GroupId, plan.Symbol);
        if (held == 0m || (plan.Side == SideWords.Sell) != (held > 0m) || Protection.Has(plan.GroupId, plan.Symbol, plan.Kind))
        {
            return false;
        }

        Protection.Restore(plan, held, now);
        // Whoever else has this ledger in memory must learn of the leg.
        Account.Version++;
        return true;
    }

    /// <summary>Whoever else has this ledger in memory must learn of it: nothing of its group and symbol may be traded before it.</summary>
    public void Wait(WaitingExit exit)
    {
        Exits.Add(exit);
        Account.Version++;
    }

    /// <summary>Its order has ended, filled or not.</summary>
    public void Settle(WaitingExit exit, DateTimeOffset now)
    {
        Exits.Settle(exit, now);
        Account.Version++;
    }

    /// <summary>All of it is in the table now.</summary>
    public void Saved()
    {
        Exits.Saved();
        SavedVersion = Account.Version;
        _new.Clear();
        _changed.Clear();
        foreach (var book in _books.Values)
        {
            book.Saved();
        }
    }

    private decimal NetOfAccount => Account.RealizedPnl - Account.Fees;

    private decimal NetOf(Guid groupId)
    {
        var net = 0m;
        foreach (var position in positions)
        {
            net += position.GroupId == groupId ? position.RealizedPnl - position.Fees : 0m;
        }

        return net;
    }

    private RiskBook Book(Guid groupId)
    {
        if (!_books.TryGetValue(groupId, out var book))
        {
            book = _books[groupId] = new RiskBook { AccountId = Account.Id, GroupId = groupId };
        }

        return book;
    }

    /// <summary>Before the day's first booking, so that the day begins with what yesterday ended with.</summary>
    private void BeginDay(Guid groupId, DateTimeOffset now)
    {
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        if (Book(groupId) is var group && group.Day < today)
        {
            group.Begin(today, NetOf(groupId));
        }

        if (Book(Guid.Empty) is var all && all.Day < today)
        {
            all.Begin(today, NetOfAccount);
        }
    }

    private Position Position(Guid groupId, string symbol)
    {
        var position = positions.Find(p => p.GroupId == groupId && p.Symbol == symbol);
        if (position is null)
        {
            position = new Position { AccountId = Account.Id, GroupId = groupId, Symbol = symbol };
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
