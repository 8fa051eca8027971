using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Limits;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Orders;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>The way of an order out: what holds it back, its size and its checks on the books as they are now, and its one request.</summary>
public sealed partial class AccountDesk
{
    private static readonly TimeSpan PrepareAgain = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, VenueInstrument> _instruments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _unreadable = new(StringComparer.Ordinal);
    private readonly Dictionary<string, decimal> _prepared = new(StringComparer.Ordinal);
    private readonly HashSet<string> _preparing = new(StringComparer.Ordinal);
    private bool _isReady;

    private async Task DispatchAsync(DeskOrder order, DateTimeOffset now)
    {
        var decision = DeskJson.ReadDecision(order.Decision!);
        // An outcome that a person must look for holds up no exit that can only reduce; see Shape.
        var ahead = _open.Values.Where(o => o != order && o.IsInFlight && o.Symbol == order.Symbol && !(order.Closes && o.State == DeskStates.Held)).ToList();
        if (order.CancelRequestedAt is not null)
        {
            await (_instruments.ContainsKey(order.Symbol) ? SendAsync(order.ClientId, decision) : ChangeAsync(order.ClientId, (_, o) => Task.FromResult(_machine.Refuse(o, Cancelled))));
            return;
        }

        if (TakesBackResting(order, decision, now))
        {
            await CancelRequestedAsync(now);
            order.CheckAt = now + Beat;
            return;
        }

        if (order.Closes && !IsStale(order, decision, now) && WaitsFor(order, ahead) is { } why)
        {
            await WaitAsync(order, why, now);
            return;
        }

        var uncertain = order.Closes ? null : ahead.Find(o => o.IsUncertain);
        if (uncertain is null && !IsStale(order, decision, now) && (ahead.Count > 0 || !_isReady || IsBehind(order)))
        {
            // It is looked at again when its turn may have come.
            order.CheckAt = now + Beat;
            return;
        }

        var refused = uncertain is not null ? Refusals.OutcomeUnknown(uncertain)
            : !IsStale(order, decision, now) ? null
            : !_isReady ? Refusals.VenueUnreachable(Terms.MaxDecisionAge)
            : ahead.Count > 0 ? Refusals.Busy
            : null;
        if (refused is null && _isReady && !_instruments.ContainsKey(order.Symbol))
        {
            refused = NotTraded(order.Symbol);
        }

        if (refused is not null)
        {
            await ChangeAsync(order.ClientId, (_, o) => Task.FromResult(_machine.Refuse(o, refused)));
            return;
        }

        if (decision.Action != TradeAction.Close && _isReady && !IsStale(order, decision, now) && _prepared.GetValueOrDefault(order.Symbol) != decision.Leverage
            && (_preparing.Contains(order.Symbol) || await IsToBeSetAsync(order, decision)))
        {
            if (_preparing.Contains(order.Symbol))
            {
                order.CheckAt = now + Beat;
                return;
            }

            if (await LeverageInUseAsync(order) is { } used)
            {
                await ChangeAsync(order.ClientId, async (work, o) =>
                {
                    var reason = Rejections.LeverageInUse(o.Symbol, used, decision.Leverage);
                    await ReasonAsync(work, o, reason);
                    return _machine.Refuse(o, reason);
                });
                return;
            }

            Prepare(order.Symbol, decision.Leverage);
            order.CheckAt = now + Beat;
            return;
        }

        await SendAsync(order.ClientId, decision);
    }

    private RejectionReason NotTraded(string symbol) =>
        _unreadable.TryGetValue(symbol, out var fault) ? Rejections.InstrumentUnreadable(symbol, fault) : Refusals.NotListed(symbol, _venue.Name);

    /// <summary>False for what the check will refuse in any case: nothing is changed at the venue for it.</summary>
    private async Task<bool> IsToBeSetAsync(DeskOrder order, TradeDecision decision)
    {
        var controls = await _store.ReadAsync(db => ControlStore.ReadAsync(db, _parts.Options, _stop), _stop);
        var gate = controls.Gate(order.GroupId, order.AccountId);
        return (order.ByCommand || gate.Refusal(decision) is null) && DecisionCheck.BadLeverage(decision, _instruments[order.Symbol].ToInstrument(), gate.Limits) is null;
    }

    /// <summary>
    /// The venue has one leverage a symbol: another group's position and orders that are out were sized with theirs. The group's own position
    /// is counted anew with the new one.
    /// </summary>
    private async Task<decimal?> LeverageInUseAsync(DeskOrder order)
    {
        if (_open.Values.FirstOrDefault(o => o is { IsOut: true, Leg: DeskLegs.Entry, Closes: false, ReduceOnly: false } && o.Symbol == order.Symbol && o.ClientId != order.ClientId && o.Leverage != order.Leverage) is { } other)
        {
            return other.Leverage;
        }

        var (account, leverage) = (_store.AccountId, order.Leverage);
        return await _store.ReadAsync(
            db => db.Positions.AsNoTracking().Where(p => p.AccountId == account && p.GroupId != order.GroupId && p.Symbol == order.Symbol && p.Qty != 0m && p.Leverage != leverage)
                .Select(p => (decimal?)p.Leverage).FirstOrDefaultAsync(_stop), _stop);
    }

    /// <summary>The group's position has the venue's leverage from now on, also when the order that asked for it only reduces.</summary>
    private Task<bool> TakeOverAsync(string symbol, decimal leverage) => _store.RunAsync(
        async work =>
        {
            await work.LedgerAsync();
            var others = work.Positions.Where(p => p.Symbol == symbol && p.Leverage != leverage).ToList();
            others.ForEach(p => p.Leverage = leverage);
            if (others.Count > 0)
            {
                work.AccountChanged();
            }

            return others.Count > 0;
        },
        _stop);

    /// <summary>Another order in the symbol came first.</summary>
    private bool IsBehind(DeskOrder order) => _open.Values.Any(o => o.State == DeskStates.Pending && o.Symbol == order.Symbol && o.Seq < order.Seq && !o.IsProtection);

    /// <summary>An exit is so only when its sender says so.</summary>
    private bool IsStale(DeskOrder order, TradeDecision decision, DateTimeOffset now) =>
        (!order.Closes && now - decision.CreatedAt > Terms.MaxDecisionAge) || (!order.ByCommand && decision.ValidUntil is { } until && now > until);

    private void Prepare(string symbol, decimal leverage)
    {
        if (_preparing.Add(symbol))
        {
            // From here until it is confirmed nobody knows what is set: nothing that opens leaves meanwhile, nor after an answer that did not come.
            _prepared.Remove(symbol);
            var setup = new SymbolSetup(symbol, leverage, _venue.Account.MarginMode, _venue.Account.PositionMode);
            Beside(async token => new Prepared(symbol, leverage, await _venue.PrepareAsync(setup, token)));
        }
    }

    private async Task PreparedAsync(Prepared prepared)
    {
        _preparing.Remove(prepared.Symbol);
        var waiting = _open.Values.Where(o => o.State == DeskStates.Pending && o.Symbol == prepared.Symbol).OrderBy(o => o.Seq).ToList();
        var now = Now;
        if (prepared.Reply.IsAccepted)
        {
            await TellModesAsync(null);
            await TakeOverAsync(prepared.Symbol, prepared.Leverage);
            _prepared[prepared.Symbol] = prepared.Leverage;
            waiting.ForEach(o => o.CheckAt = now);
            await TickAsync();
        }
        else if (prepared.Reply.Refusal is { } refusal && !Refusals.IsPassing(refusal.Meaning))
        {
            // Without the leverage it was decided on, an order would be another one.
            _prepared.Remove(prepared.Symbol);
            if (IsOfModes(refusal))
            {
                await TellModesAsync(refusal);
            }

            foreach (var order in waiting.Where(o => DeskJson.ReadDecision(o.Decision!) is var d && d.Action != TradeAction.Close && d.Leverage == prepared.Leverage))
            {
                await ChangeAsync(order.ClientId, (_, o) => Task.FromResult(_machine.Refuse(o, Refusals.Of(refusal))));
            }
        }
        else
        {
            waiting.ForEach(o => o.CheckAt = now + PrepareAgain);
        }
    }

    private async Task SendAsync(string clientId, TradeDecision decision)
    {
        Verdict? verdict = null;
        var leaves = false;
        TradingState? state = null;
        var saved = await _store.RunAsync(
            async work =>
            {
                var order = await work.FindAsync(clientId);
                if (order.State != DeskStates.Pending)
                {
                    return order;
                }

                var waited = Waits.Is(order.ReasonCode);
                (verdict, var news, state) = await DecideAsync(order, decision, work);
                if (verdict.Protection is { } asked)
                {
                    // What was checked is what will wait at the venue.
                    order.Decision = DeskJson.Write(decision with { StopLoss = asked.StopLoss, TakeProfit = asked.TakeProfit });
                }

                if (waited && verdict.Reason is null)
                {
                    (await work.OrderAsync(order)).WaitsNoMore();
                }

                if (verdict.Reason is { } reason)
                {
                    await ReasonAsync(work, order, reason);
                }

                await work.TellAsync(order, news, IsProtected(order));
                leaves = order.State == DeskStates.Sending;
                return order;
            },
            _stop);
        Saved(saved);
        // Only the one who has just saved that it leaves may send it.
        if (leaves)
        {
            Post(saved);
        }

        if (verdict?.Trip is { } why && state == TradingState.Active)
        {
            await Trips.ReduceAsync(_parts.Controls, decision.GroupId, why, _stop);
        }
    }

    /// <summary>All of a reason; the desk's own row has no room for the limit and for what would have done.</summary>
    private static async Task ReasonAsync(DeskWork work, DeskOrder order, RejectionReason reason)
    {
        var told = await work.OrderAsync(order);
        (told.ReasonCode, told.ReasonLimit, told.ReasonValue, told.ReasonNearestAcceptable, told.ReasonMessage) =
            (reason.Code.Word, reason.Limit, StoredText.Of(reason.Value), reason.NearestAcceptable, StoredText.Of(reason.Message));
    }

    /// <summary>Size, checks and shape of an order on the books as they are now, for one that is to leave as for one that is only asked about.</summary>
    private async Task<(Verdict Verdict, DeskNews News, TradingState State)> DecideAsync(DeskOrder order, TradeDecision decision, DeskWork work, bool isAsked = false)
    {
        var controls = await work.ControlsAsync();
        var ledger = await work.LedgerAsync(controls.CountsOrders);
        var gate = controls.Gate(order.GroupId, order.AccountId);
        var seen = ledger.State(order.GroupId, _parts.Prices, work.Now);
        var resting = _open.Values.Count(o => o.GroupId == decision.GroupId && o.IsOut && !o.IsProtection);
        seen = seen with { Exposures = [.. seen.Exposures, .. Reserved(order.ClientId)], OpenOrders = resting };
        // What rests would be taken back before one that is meant leaves.
        var remaining = isAsked && TakesBack(order, decision) ? decision : Remaining(order, decision, seen.QtyOf(order.Symbol));
        var verdict = remaining is null ? DecisionCheck.Refuse(decision, Refusals.Closing(Math.Abs(seen.QtyOf(order.Symbol)), Closing(order, before: false)))
            : AccountGate.Refusal(decision, ledger.Account) is { } inactive ? DecisionCheck.Refuse(decision, inactive)
            : order.CancelRequestedAt is not null ? DecisionCheck.Refuse(decision, gate.Refusal(decision) ?? Cancelled)
            : _parts.Check.Check(remaining, seen, _parts.Prices.Find(order.Symbol), work.Now, gate, order.ByCommand, _instruments[order.Symbol].ToInstrument());
        return (verdict, verdict.Fill is { } fill ? Shape(order, work, fill) : _machine.Refuse(order, verdict.Reason!), gate.State);
    }

    private static RejectionReason Cancelled { get; } = new(ReasonCodes.Canceled, null, null, null, "It was cancelled before it was sent.");

    /// <summary>Gives the order its size and its side, and makes it ready to leave.</summary>
    private DeskNews Shape(DeskOrder order, DeskWork work, PlannedFill fill)
    {
        var held = work.QtyOf(order.GroupId, order.Symbol);
        var signed = fill.Buy ? fill.Qty : -fill.Qty;
        var reduces = held * signed < 0m;
        var turns = reduces && fill.Qty > Math.Abs(held);
        (order.Side, order.Qty, order.Price) = (SideWords.Of(fill.Buy), fill.Qty, order.Type == DeskTypes.Limit ? fill.Price : null);
        if (_venue.Account.PositionMode == PositionMode.Hedge)
        {
            if (turns)
            {
                return _machine.Refuse(order, Refusals.Turns);
            }

            order.PositionSide = fill.Buy != reduces ? PositionWords.Long : PositionWords.Short;
            return _machine.Send(order, work.Now);
        }

        // On a shared account the venue holds the sum of the groups' positions, which may be smaller than one of them or turned.
        var net = work.Positions.Where(p => p.Symbol == order.Symbol).Sum(p => p.Qty);
        order.ReduceOnly = reduces && !turns && net * held > 0m && Math.Abs(net) >= fill.Qty;
        if (!order.ReduceOnly && _open.Values.FirstOrDefault(o => o.State == DeskStates.Held && o.Symbol == order.Symbol && !o.IsProtection) is { } lost)
        {
            // Should that one have been filled, this one would turn the position.
            return _machine.Refuse(order, Refusals.OutcomeUnknown(lost));
        }

        return _machine.Send(order, work.Now);
    }

    /// <summary>The one request; whatever is not an answer is an unknown outcome.</summary>
    private void Post(DeskOrder order)
    {
        _busy.Add(order.ClientId);
        var send = order.Sends;
        var request = new NewOrder(order.Symbol, order.ClientId, order.IsBuy ? OrderSide.Buy : OrderSide.Sell, order.Qty)
        {
            Type = order.Type == DeskTypes.Limit ? VenueOrderType.Limit : VenueOrderType.Market,
            Price = order.Price,
            ReduceOnly = order.ReduceOnly,
            PositionSide = order.PositionSide switch { PositionWords.Long => PositionSide.Long, PositionWords.Short => PositionSide.Short, _ => null },
        };
        Beside(async token => new Posted(order.ClientId, send, await WithModesAsync(order.Symbol, await OnceAsync(t => _venue.PlaceAsync(request, t), token), token)));
    }

    private async Task<VenueReply<OrderAck>> OnceAsync(Func<CancellationToken, Task<VenueReply<OrderAck>>> request, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_parts.SendDeadline, _parts.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            return await request(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return VenueReply.Unknown<OrderAck>("no answer in time");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return VenueReply.Unknown<OrderAck>(e.GetType().Name);
        }
    }

    /// <summary>Orders that are out count as if they were filled.</summary>
    private List<Exposure> Reserved(string except) =>
    [
        .. from o in _open.Values
           where o.IsOut && !o.IsProtection && !o.ReduceOnly && o.ClientId != except && o.Qty > o.Filled
           let mark = o.Price ?? _parts.Prices.Find(o.Symbol)?.Price ?? 0m
           select new Exposure(o.Symbol, (o.IsBuy ? 1m : -1m) * (o.Qty - o.Filled), mark, o.Leverage, mark, Own: false),
    ];
}
