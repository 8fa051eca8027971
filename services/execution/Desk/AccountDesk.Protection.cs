using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Legs;
using TradingSystem.Execution.Limits;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Orders;
using TradingSystem.Venues;
using TradingSystem.Venues.Instruments;

namespace TradingSystem.Execution.Desk;

/// <summary>
/// Stop-loss and take-profit of a group's position, as orders that wait at the venue: one of a kind, of the position's size, made anew
/// when it changes (the new one first) and gone with it. A position that stands without them for too long is closed at the market.
/// </summary>
public sealed partial class AccountDesk
{
    // An answer that is still open may be the leg that is missing; so long it is waited for before the position is closed.
    private static readonly TimeSpan LongestNaked = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ProtectPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LegPause = TimeSpan.FromSeconds(1);

    // The way out that was refused is tried again, but the venue is not flooded with it.
    private static readonly TimeSpan FlattenPause = TimeSpan.FromSeconds(5);

    private readonly Dictionary<(Guid Group, string Symbol, string Leg), DateTimeOffset> _legRefused = [];

    // Triggers that the price was beyond when their leg came to the venue; only as long as they are still what the position is to have.
    private readonly Dictionary<(Guid Group, string Symbol, string Leg), decimal> _wrongSide = [];
    private DateTimeOffset _protectDue;
    private bool _hasProtections = true;

    /// <summary>The decision asks for protection, so that its order does not end when it is filled.</summary>
    private static bool IsProtected(DeskOrder order) => Asked(order) is not null;

    private static TradeDecision? Asked(DeskOrder order) =>
        order is { Leg: DeskLegs.Entry, Decision: { } json } && DeskJson.ReadDecision(json) is { Action: TradeAction.Long or TradeAction.Short } decision && (decision.StopLoss ?? decision.TakeProfit) is not null
            ? decision
            : null;

    /// <summary>After a booking of an entry: what it asked for is from now on what the position must have.</summary>
    private async Task AskForAsync(DeskWork work, DeskOrder order)
    {
        _protectDue = default;
        _hasProtections = true;
        if (Asked(order) is not { } decision || order.ReduceOnly)
        {
            return;
        }

        var row = await work.Db.Protections.SingleOrDefaultAsync(p => p.AccountId == order.AccountId && p.GroupId == order.GroupId && p.Symbol == order.Symbol, _stop);
        if (row is null)
        {
            row = new ProtectionRow { AccountId = order.AccountId, GroupId = order.GroupId, Symbol = order.Symbol };
            work.Db.Protections.Add(row);
        }
        else if (row.OrderId != order.OrderId && (row.StopLoss ?? row.TakeProfit) is not null)
        {
            await EndEntryAsync(work, row.OrderId, OrderStatus.Closed, new(ReasonCodes.ProtectionReplaced, null, order.OrderId.ToString(), null, "A later order's protection took its place."));
        }

        if (row.OrderId == order.OrderId && ((row.StopLoss ?? row.TakeProfit) is not null || row.Removed))
        {
            // Another fill of the same order: where its legs were moved to since, they stay.
            return;
        }

        await SupersedeMoveAsync(work, order);
        (row.OrderId, row.StopLoss, row.TakeProfit, row.Removed, row.Flattening, row.UpdatedAt) = (order.OrderId, decision.StopLoss, decision.TakeProfit, false, false, work.Now);
    }

    private async Task ProtectAsync(DateTimeOffset now)
    {
        if (!_hasProtections || _protectDue > now || !_isReady)
        {
            return;
        }

        _protectDue = now + ProtectPeriod;
        var account = _store.AccountId;
        var rows = await _store.ReadAsync(db => db.Protections.AsNoTracking().Where(p => p.AccountId == account && (p.StopLoss != null || p.TakeProfit != null || p.Removed)).ToListAsync(_stop), _stop);
        _hasProtections = rows.Count > 0 || _open.Values.Any(o => o.IsProtection);
        if (!_hasProtections)
        {
            return;
        }

        var positions = await _store.ReadAsync(db => db.Positions.AsNoTracking().Where(p => p.AccountId == account && p.Qty != 0m).ToListAsync(_stop), _stop);
        var entries = rows.ConvertAll(r => r.OrderId).ToArray();
        var sides = await _store.ReadAsync(
            db => db.DeskOrders.AsNoTracking().Where(o => entries.Contains(o.OrderId) && o.Leg == DeskLegs.Entry).ToDictionaryAsync(o => o.OrderId, o => o.Side, _stop), _stop);
        foreach (var row in rows)
        {
            // A position that was turned is not the one that asked for it.
            await ProtectAsync(row, positions.FindAll(p => p.Qty > 0m == (sides.GetValueOrDefault(row.OrderId) == SideWords.Buy) || p.GroupId != row.GroupId || p.Symbol != row.Symbol), now);
        }

        // An orphan leg never outlives its position.
        foreach (var leg in _open.Values.Where(o => o.IsProtection && !rows.Exists(r => r.GroupId == o.GroupId && r.Symbol == o.Symbol)).ToList())
        {
            await CancelLegAsync(leg, now);
        }
    }

    private async Task ProtectAsync(ProtectionRow row, List<Position> positions, DateTimeOffset now)
    {
        // A venue takes whole steps only, also where it has made them larger since.
        var (held, instrument) = (positions.Find(p => p.GroupId == row.GroupId && p.Symbol == row.Symbol)?.Qty ?? 0m, _instruments.GetValueOrDefault(row.Symbol));
        var qty = instrument is null ? held : Math.Sign(held) * Sizing.RoundDown(Math.Abs(held), instrument.Step);
        var legs = _open.Values.Where(o => o.IsProtection && o.GroupId == row.GroupId && o.Symbol == row.Symbol).ToList();
        if (qty == 0m)
        {
            foreach (var leg in legs)
            {
                await CancelLegAsync(leg, now);
            }

            if (legs.Count == 0 && !_open.Values.Any(o => o.IsInFlight && o.GroupId == row.GroupId && o.Symbol == row.Symbol))
            {
                await UnprotectAsync(row);
            }

            return;
        }

        if (legs.Exists(l => l.Filled > 0m || l.TriggeredOrderId is not null) && row.NakedSince is null)
        {
            // It is on its way out: what is left is seen when it has ended. The clock runs meanwhile.
            await ClockAsync(row, qty, isWhole: false, isWaiting: true, positions, now);
            return;
        }

        var move = MoveOf(row);
        var isBeyond = IsBeyond(row, qty);
        var gone = new List<DeskOrder>();
        var (isWhole, stands, isWaiting) = (true, true, false);
        foreach (var (leg, trigger) in new[] { (DeskLegs.StopLoss, row.StopLoss), (DeskLegs.TakeProfit, row.TakeProfit) })
        {
            var mine = legs.FindAll(l => l.Leg == leg);
            if (trigger is not { } asked)
            {
                gone.AddRange(mine);
                continue;
            }

            var price = TriggerOf(row.Symbol, leg, asked, qty);
            var side = SideWords.Of(qty < 0m);
            var right = mine.FindAll(l => l.CancelRequestedAt is null && l.Side == side && l.Qty == Math.Abs(qty) && l.TriggerPrice == price);
            var works = right.Exists(Works);
            stands &= works;
            isWhole &= works || IsAdded(move, leg) || mine.Exists(l => Works(l) && l.Side == side && l.Qty >= Math.Abs(qty));
            isWaiting |= right.Exists(l => l.State != DeskStates.Working);
            if (right.Count == 0 && !row.Flattening && !isBeyond && _legRefused.GetValueOrDefault((row.GroupId, row.Symbol, leg)) <= now)
            {
                if (move is null || mine.Count == 0 || IsAlone(row, qty, positions))
                {
                    await NewLegAsync(row, leg, side, Math.Abs(qty), price, qty, positions);
                }
                else
                {
                    await CancelLegsAsync(mine, now);
                }
            }
            else if (works)
            {
                gone.AddRange(mine.Except(right).Concat(right.Where(Works).Skip(1)));
            }
        }

        // A move is done as a whole: what was there goes when all that is new stands.
        if (move is null || stands)
        {
            await CancelLegsAsync(gone, now);
        }

        if (move is null || stands || !isWhole)
        {
            await ClockAsync(row, qty, isWhole, isWaiting, positions, now);
        }

        if (move is not null)
        {
            await CarryMoveOnAsync(move, row, qty, isDone: stands && gone.Count == 0, now);
        }
    }

    /// <summary>As it was checked, unless the venue has changed its tick since.</summary>
    private decimal TriggerOf(string symbol, string leg, decimal asked, decimal qty) => _instruments.TryGetValue(symbol, out var instrument)
        ? ProtectionPrices.OnGrid(leg == DeskLegs.StopLoss ? LegKinds.StopLoss : LegKinds.TakeProfit, qty > 0m, asked, instrument.Tick)
        : asked;

    /// <summary>The price is beyond a leg that the position is to have now; what it would have done is done at once.</summary>
    private bool IsBeyond(ProtectionRow row, decimal qty) =>
        IsBeyond(row, DeskLegs.StopLoss, row.StopLoss, qty) || IsBeyond(row, DeskLegs.TakeProfit, row.TakeProfit, qty);

    private bool IsBeyond(ProtectionRow row, string leg, decimal? asked, decimal qty) =>
        asked is { } trigger && _wrongSide.TryGetValue((row.GroupId, row.Symbol, leg), out var beyond) && beyond == TriggerOf(row.Symbol, leg, trigger, qty);

    private async Task CancelLegsAsync(IEnumerable<DeskOrder> legs, DateTimeOffset now)
    {
        foreach (var leg in legs)
        {
            await CancelLegAsync(leg, now);
        }
    }

    private static bool Works(DeskOrder leg) => leg is { State: DeskStates.Working, Filled: 0m, TriggeredOrderId: null } && !ReasonCodes.Triggering.Is(leg.ReasonCode);

    /// <summary>Counts the time without protection, and ends it.</summary>
    private async Task ClockAsync(ProtectionRow seen, decimal qty, bool isWhole, bool isWaiting, List<Position> positions, DateTimeOffset now)
    {
        if (isWhole)
        {
            var isProtected = (seen.StopLoss ?? seen.TakeProfit) is not null;
            if (seen.NakedSince is not null || (isProtected && await IsUntoldAsync(seen.OrderId)))
            {
                await _store.RunAsync(
                    async work =>
                    {
                        var row = await RowAsync(work, seen);
                        if (row.NakedSince is { } since)
                        {
                            row.NakedSeconds += (decimal)(work.Now - since).TotalSeconds;
                            DeskTelemetry.Unprotected((work.Now - since).TotalSeconds);
                        }

                        (row.NakedSince, row.UpdatedAt) = (null, work.Now);
                        if (isProtected && await EntryAsync(work, row.OrderId) is ({ State: DeskStates.Filled } entry, { Status: OrderStatus.Filled } order))
                        {
                            await work.TellAsync(entry, order, OrderStatus.Protected, terminal: false);
                        }

                        return true;
                    },
                    _stop);
            }

            return;
        }

        if (seen.NakedSince is not { } naked)
        {
            await _store.RunAsync(
                async work =>
                {
                    (await RowAsync(work, seen)).NakedSince ??= work.Now;
                    return true;
                },
                _stop);
            return;
        }

        var stood = now - naked;
        if (!IsOnItsWayOut(seen, now) && (IsBeyond(seen, qty) || (stood >= _parts.Options.NakedGrace && (!isWaiting || _parts.Options.NakedPolicy == "flatten")) || stood >= LongestNaked))
        {
            DeskLog.Naked(_parts.Log, seen.GroupId, seen.Symbol, stood.TotalSeconds);
            await FlattenAsync(seen, qty, positions);
        }
    }

    /// <summary>An order to close it is out, or was refused a moment ago.</summary>
    private bool IsOnItsWayOut(ProtectionRow seen, DateTimeOffset now) => seen.Flattening
        && (_open.Values.Any(o => o.Leg == DeskLegs.Flatten && o.GroupId == seen.GroupId && o.Symbol == seen.Symbol)
            || _legRefused.GetValueOrDefault((seen.GroupId, seen.Symbol, DeskLegs.Flatten)) > now);

    private Task FlattenAsync(ProtectionRow seen, decimal qty, List<Position> positions) => AddAsync(
        seen, DeskLegs.Flatten, DeskTypes.Market, SideWords.Of(qty < 0m), Math.Abs(qty), null, qty, positions, row => row.Flattening = true);

    private Task NewLegAsync(ProtectionRow seen, string leg, string side, decimal size, decimal trigger, decimal held, List<Position> positions) => AddAsync(
        seen, leg, leg == DeskLegs.StopLoss ? DeskTypes.StopLoss : DeskTypes.TakeProfit, side, size, trigger, held, positions, _ => { });

    /// <summary>An intent, saved before anything is sent, with an id that was never used.</summary>
    private async Task AddAsync(
        ProtectionRow seen, string leg, string type, string side, decimal size, decimal? trigger, decimal held, List<Position> positions, Action<ProtectionRow> change)
    {
        var net = positions.Where(p => p.Symbol == seen.Symbol).Sum(p => p.Qty);
        var isHedge = _venue.Account.PositionMode == PositionMode.Hedge;
        var added = await _store.RunAsync(
            async work =>
            {
                var row = await RowAsync(work, seen);
                row.Resizes++;
                row.UpdatedAt = work.Now;
                change(row);
                var entry = await work.Db.DeskOrders.AsNoTracking().SingleAsync(o => o.OrderId == row.OrderId && o.Leg == DeskLegs.Entry, _stop);
                var order = new DeskOrder
                {
                    ClientId = OrderIds.ClientOrder(entry.DecisionId, leg[0]) + row.Resizes.ToString(System.Globalization.CultureInfo.InvariantCulture),
                    OrderId = entry.OrderId,
                    DecisionId = entry.DecisionId,
                    AccountId = entry.AccountId,
                    GroupId = entry.GroupId,
                    Leg = leg,
                    Symbol = entry.Symbol,
                    Type = type,
                    Side = side,
                    Qty = size,
                    TriggerPrice = trigger,
                    Leverage = entry.Leverage,
                    PositionSide = !isHedge ? null : PositionWords.Of(held),
                    ReduceOnly = !isHedge && net * held > 0m && Math.Abs(net) >= size,
                    State = DeskStates.Pending,
                    CheckAt = work.Now,
                    CreatedAt = work.Now,
                    UpdatedAt = work.Now,
                };
                work.Db.DeskOrders.Add(order);
                return order;
            },
            _stop);
        _open[added.ClientId] = added;
        await SendLegAsync(added);
    }

    private async Task UnprotectAsync(ProtectionRow seen)
    {
        _wrongSide.Remove((seen.GroupId, seen.Symbol, DeskLegs.StopLoss));
        _wrongSide.Remove((seen.GroupId, seen.Symbol, DeskLegs.TakeProfit));
        await _store.RunAsync(
            async work =>
            {
                var row = await RowAsync(work, seen);
                await EndEntryAsync(work, row.OrderId, OrderStatus.Closed, null);
                if (row.NakedSince is { } since)
                {
                    row.NakedSeconds += (decimal)(work.Now - since).TotalSeconds;
                    DeskTelemetry.Unprotected((work.Now - since).TotalSeconds);
                }

                await DropMoveAsync(work, row);
                // The row stays for its seconds.
                (row.StopLoss, row.TakeProfit, row.Removed, row.NakedSince, row.Flattening, row.UpdatedAt) = (null, null, false, null, false, work.Now);
                return true;
            },
            _stop);
    }

    private Task<ProtectionRow> RowAsync(DeskWork work, ProtectionRow seen) =>
        work.Db.Protections.SingleAsync(p => p.AccountId == seen.AccountId && p.GroupId == seen.GroupId && p.Symbol == seen.Symbol, _stop);

    private async Task<(DeskOrder Entry, Order Order)?> EntryAsync(DeskWork work, Guid orderId) =>
        await work.Db.DeskOrders.SingleOrDefaultAsync(o => o.OrderId == orderId && o.Leg == DeskLegs.Entry, _stop) is { } entry ? (entry, await work.OrderAsync(entry)) : null;

    /// <summary>It is filled and its sender has not heard yet that it is protected.</summary>
    private Task<bool> IsUntoldAsync(Guid orderId) => _store.ReadAsync(
        db => db.DeskOrders.AnyAsync(o => o.OrderId == orderId && o.Leg == DeskLegs.Entry && db.Set<Order>().Any(x => x.DecisionId == o.DecisionId && x.Status == OrderStatus.Filled), _stop), _stop);
}
